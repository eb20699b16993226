"""Result files of `predict`: a table of rows and a header beside it."""

import contextlib
import csv
import errno
import json
import math
import os
import pathlib
import secrets
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.prediction.row import NAN
from emoaff.prediction.row import Row
from emoaff.presets.plain_json import replace_nan

# What the system says when it takes no more data.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BEFORE = (
    "frame",
    "time_s",
    "person",
    "box_x",
    "box_y",
    "box_w",
    "box_h",
    "face_score",
)
_AFTER = (
    "expression",
    "confidence",
    "valence",
    "arousal",
    "expression_smoothed",
    "confidence_smoothed",
    "doubt",
    "valence_source",
    "arousal_source",
)
_LINE_BYTES = 1_000_000  # of a first line; a longer one is none of ours
COLUMNS = {
    "frame": "0-based number of the frame",
    "time_s": "seconds from the first frame",
    "person": "number of the person, from 1; empty where no face was found",
    "box_x, box_y, box_w, box_h": "face box in pixels of the upright picture",
    "face_score": "0 to 1, score of the person's latest detection; empty for "
    "face crops",
    "one column per class": "probability, 0 to 1, in the order of classes",
    "expression": "the most probable class of this frame; empty if in doubt",
    "confidence": "its probability, at most the header's confidence_at_most",
    "valence, arousal": "-1 to 1; empty where the model does not give them",
    "expression_smoothed": "the most probable class after smoothing over time",
    "confidence_smoothed": "its smoothed probability, at most the same",
    "doubt": "why no expression is named: small, blurred, turned away, tilted, "
    "unsure, resting",
    "valence_source, arousal_source": "model, or derived from the expressions; "
    "empty without a value",
}


def columns(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the columns of a result table, in order."""
    return (*_BEFORE, *classes, *_AFTER)


@contextlib.contextmanager
def table(
    path: str | os.PathLike, classes: tuple[str, ...], most: float = 1.0
) -> Iterator["callable"]:
    """Opens a result table for writing, to be used with `with`.

    The file appears under its name when the block ends well; until then, and
    after an error, there is no new file and an old one stays as it was.

    Args:
        path: The CSV file.
        classes: Class names in the order of the probabilities.
        most: What a confidence is cut to, in `[0, 1]`; see
            `Timeline.confidence_at_most`.

    Yields:
        A function that writes one `Row`.
    """
    with (
        renamed(path) as half,
        half.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(columns(classes))
        yield lambda row: writer.writerow(format_cells(row, classes, most))


@contextlib.contextmanager
def renamed(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Yields a temporary name beside `path`, renamed if the block succeeds."""
    path = pathlib.Path(path)
    # Two runs may write the same file at once, and its name may be long.
    half = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        yield half
        os.replace(half, path)
    except OSError as error:
        if error.errno in FULL and not error.filename:
            error.filename = os.fspath(path)
        raise
    finally:
        half.unlink(missing_ok=True)


def write_header(path: str | os.PathLike, header: dict) -> None:
    """Writes the JSON header of a result; NaN becomes null."""
    with renamed(path) as half:
        text = json.dumps(replace_nan(header), indent=2, ensure_ascii=False)
        half.write_text(text + "\n", "utf-8", "backslashreplace")


def values(row: Row, classes: tuple[str, ...], most: float = 1.0) -> list:
    """Returns a row's values in the order of `columns`, unrounded.

    Missing numbers are NaN, a missing person or class is None.
    """
    box = row.box or (NAN,) * 4
    probabilities = row.probabilities
    if probabilities is None:
        probabilities = (NAN,) * len(classes)
    return [
        row.frame,
        row.time_s,
        row.person,
        *box,
        row.face_score,
        *map(float, probabilities),
        *_best(_named(row), classes, most),
        row.valence,
        row.arousal,
        *_best(row.smoothed, classes, most),
        row.doubt,
        row.valence_source,
        row.arousal_source,
    ]


def read_table(
    path: str | os.PathLike,
) -> tuple[tuple[str, ...], Iterable[Row]]:
    """Reads a result table as a stream.

    Args:
        path: A CSV file that `table` wrote.

    Returns:
        The class names, and the rows. `smoothed` holds the smoothed class's
        probability at its place and NaN elsewhere, as the file keeps no more.

    Raises:
        ValueError: If the file has other columns; while the rows are read,
            if one is damaged. The message names the line.
    """
    names = _complete(read_columns(path))
    classes = _classes_of(names)
    if not is_result(names):
        raise ValueError(
            f"{path}: expected the columns {', '.join(_BEFORE)}, classes, "
            f"{', '.join(_AFTER)}. Give a file that `emoaff predict` wrote."
        )
    return classes, _rows(path, classes)


def read_columns(path: str | os.PathLike) -> tuple[str, ...]:
    """Reads the names in a table's first line; empty where there are none."""
    with pathlib.Path(path).open("rb") as file:
        line = file.readline(_LINE_BYTES).decode("utf-8", "replace")
    try:
        return tuple(next(csv.reader([line]), ()))
    except csv.Error:
        return ()


def is_result(names: tuple[str, ...]) -> bool:
    """Returns whether columns are those of a table that `table` wrote."""
    names = _complete(names)
    return names == columns(_classes_of(names))


def describe_name(path: str | os.PathLike) -> str:
    r"""Returns a file's name as text, `caf\xe9.jpg` where it is not UTF-8."""
    name = os.fsencode(pathlib.Path(path).name)
    return name.decode("utf-8", "backslashreplace")


def _complete(names):
    # Older tables end before the column that came last.
    return names if names[-1:] == _AFTER[-1:] else (*names, _AFTER[-1])


def _classes_of(names):
    return names[len(_BEFORE) : -len(_AFTER)]


def _rows(path, classes):
    with pathlib.Path(path).open(newline="", encoding="utf-8") as file:
        with _reading(path, 1):
            header = next(csv.reader(file), ())
        lines = csv.DictReader(file, header)
        while True:
            with _reading(path, lines.line_num + 2):
                cells = next(lines, None)
                if cells is None:
                    return
                row = Row(int(cells["frame"]), float(cells["time_s"]))
                if cells["person"]:
                    row = _add_person(row, cells, classes)
            yield row


@contextlib.contextmanager
def _reading(path, line):
    """Turns what reading a damaged table stumbles over into a sentence."""
    try:
        yield
    except (csv.Error, KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}, line {line}: expected a row as `emoaff predict` writes "
            f"it. It cannot be read ({type(error).__name__}: {error}). Make "
            "the table again."
        ) from error


def _add_person(row, cells, classes):
    probabilities = smoothed = None
    if classes and cells[classes[0]]:
        probabilities = np.float32([cells[name] for name in classes])
    if cells["expression_smoothed"]:
        smoothed = np.full(len(classes), np.nan, np.float32)
        place = classes.index(cells["expression_smoothed"])
        smoothed[place] = float(cells["confidence_smoothed"])
    return Row(
        row.frame,
        row.time_s,
        int(cells["person"]),
        tuple(float(cells[name]) for name in _BEFORE[3:7]),
        float(cells["face_score"] or NAN),
        probabilities,
        smoothed,
        float(cells["valence"] or NAN),
        float(cells["arousal"] or NAN),
        cells["doubt"],
        cells["valence_source"],
        cells.get("arousal_source", ""),
    )


def format_cells(
    row: Row,
    classes: tuple[str, ...],
    most: float = 1.0,
    decimals: int | None = None,
) -> list:
    """Returns a row's cells in the order of `columns`, rounded for a file.

    Args:
        row: The row.
        classes: See `table`.
        most: See `table`.
        decimals: Digits after the point of all numbers with any; `None` for
            1 of boxes, 3 of scores, 4 of the rest. What is less than 1 never
            becomes 1.
    """

    def number(value, digits):
        return _number(value, digits if decimals is None else decimals)

    def share(value):
        return format_share(value, 4 if decimals is None else decimals)

    time_s = number(row.time_s, 4)
    if row.person is None:
        empty = len(columns(classes)) - 2
        return [row.frame, time_s, *[""] * empty]
    probabilities = row.probabilities
    if probabilities is None:
        probabilities = [NAN] * len(classes)
    name, confidence = _best(_named(row), classes, most)
    smoothed, confidence_smoothed = _best(row.smoothed, classes, most)
    return [
        row.frame,
        time_s,
        row.person,
        *(number(value, 1) for value in row.box),
        number(row.face_score, 3),
        *(share(float(p)) for p in probabilities),
        name or "",
        share(confidence),
        number(row.valence, 4),
        number(row.arousal, 4),
        smoothed or "",
        share(confidence_smoothed),
        row.doubt,
        row.valence_source,
        row.arousal_source,
    ]


def _named(row):
    """The probabilities whose largest is the row's expression."""
    return None if row.doubt else row.probabilities


def _best(probabilities, classes, most):
    if probabilities is None:
        return None, NAN
    best = int(np.argmax(probabilities))
    return classes[best], min(float(probabilities[best]), most)


def format_share(value: float, digits: int) -> str:
    """Rounds a share, with more digits where they would say 1 of what is less.

    Args:
        value: In `[0, 1]`; NaN gives an empty text.
        digits: After the point.

    Example:
    >>> format_share(0.99997, 4), format_share(0.5, 4)
    ('0.99997', '0.5000')
    """
    for more in range(5):
        text = _number(value, digits + more)
        if value >= 1 or text != f"{1:.{digits + more}f}":
            break
    return text


def _number(value, digits):
    return "" if math.isnan(value) else f"{value:.{digits}f}"
