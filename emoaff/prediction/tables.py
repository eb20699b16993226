"""Result files of `predict`: a table of rows and a header beside it."""

import contextlib
import csv
import json
import math
import os
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.prediction.row import NAN
from emoaff.prediction.row import Row

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
COLUMNS = {
    "frame": "0-based number of the frame",
    "time_s": "seconds from the first frame",
    "person": "number of the person, from 1; empty where no face was found",
    "box_x, box_y, box_w, box_h": "face box in pixels of the upright picture",
    "face_score": "0 to 1, score of the person's latest detection",
    "one column per class": "probability, 0 to 1, in the order of classes",
    "expression": "the most probable class of this frame; empty if in doubt",
    "confidence": "its probability",
    "valence, arousal": "-1 to 1; empty where the model does not give them",
    "expression_smoothed": "the most probable class after smoothing over time",
    "confidence_smoothed": "its smoothed probability",
    "doubt": "why no expression is named: small, blurred, turned away, unsure, "
    "resting",
    "valence_source, arousal_source": "model, or derived from the expressions; "
    "empty without a value",
}


def columns(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the columns of a result table, in order."""
    return (*_BEFORE, *classes, *_AFTER)


@contextlib.contextmanager
def table(
    path: str | os.PathLike, classes: tuple[str, ...]
) -> Iterator["callable"]:
    """Opens a result table for writing, to be used with `with`.

    The file appears under its name when the block ends well; until then, and
    after an error, there is no new file and an old one stays as it was.

    Args:
        path: The CSV file.
        classes: Class names in the order of the probabilities.

    Yields:
        A function that writes one `Row`.
    """
    with renamed(path) as half, half.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns(classes))
        yield lambda row: writer.writerow(_cells(row, classes))


@contextlib.contextmanager
def renamed(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives a temporary name beside `path`, renamed if the block ends well."""
    path = pathlib.Path(path)
    half = path.with_name(f".{path.name}.part")
    try:
        yield half
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def write_header(path: str | os.PathLike, header: dict) -> None:
    """Writes the JSON header of a result; NaN becomes null."""
    with renamed(path) as half:
        text = json.dumps(_without_nan(header), indent=2, ensure_ascii=False)
        half.write_text(text + "\n", "utf-8")


def values(row: Row, classes: tuple[str, ...]) -> list:
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
        *_best(_named(row), classes),
        row.valence,
        row.arousal,
        *_best(row.smoothed, classes),
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
        ValueError: If the file has other columns.
    """
    with pathlib.Path(path).open(newline="") as file:
        names = tuple(next(csv.reader(file), ()))
    # Older tables end before the column that came last.
    read = names if names[-1:] == _AFTER[-1:] else (*names, _AFTER[-1])
    classes = read[len(_BEFORE) : -len(_AFTER)]
    if read != columns(classes):
        raise ValueError(
            f"{path}: expected the columns {', '.join(_BEFORE)}, classes, "
            f"{', '.join(_AFTER)}. Give a file that `emoaff predict` wrote."
        )
    return classes, _rows(path, classes)


def _rows(path, classes):
    with pathlib.Path(path).open(newline="") as file:
        for cells in csv.DictReader(file):
            row = Row(int(cells["frame"]), float(cells["time_s"]))
            if cells["person"]:
                row = _with_person(row, cells, classes)
            yield row


def _with_person(row, cells, classes):
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
        float(cells["face_score"]),
        probabilities,
        smoothed,
        float(cells["valence"] or NAN),
        float(cells["arousal"] or NAN),
        cells["doubt"],
        cells["valence_source"],
        cells.get("arousal_source", ""),
    )


def _cells(row, classes):
    time_s = f"{row.time_s:.4f}"
    if row.person is None:
        empty = len(columns(classes)) - 2
        return [row.frame, time_s, *[""] * empty]
    if row.probabilities is None:
        probabilities = [""] * len(classes)
    else:
        probabilities = [f"{p:.4f}" for p in row.probabilities]
    return [
        row.frame,
        time_s,
        row.person,
        *(f"{value:.1f}" for value in row.box),
        _number(row.face_score, 3),
        *probabilities,
        *_best_cells(_named(row), classes),
        _number(row.valence, 4),
        _number(row.arousal, 4),
        *_best_cells(row.smoothed, classes),
        row.doubt,
        row.valence_source,
        row.arousal_source,
    ]


def _named(row):
    """The probabilities whose largest is the row's expression."""
    return None if row.doubt else row.probabilities


def _best(probabilities, classes):
    if probabilities is None:
        return None, NAN
    best = int(np.argmax(probabilities))
    return classes[best], float(probabilities[best])


def _best_cells(probabilities, classes):
    name, confidence = _best(probabilities, classes)
    return name or "", _number(confidence, 4)


def _number(value, digits):
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _without_nan(value):
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
