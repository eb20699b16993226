"""The two forms of file in which RECOLA's ratings come: CSV and ARFF."""

import dataclasses
import pathlib
import re

import numpy as np

_MISSING = ("", "?")
_ATTRIBUTE = re.compile(r"@attribute\s+(?:'([^']*)'|\"([^\"]*)\"|(\S+))", re.I)


@dataclasses.dataclass(frozen=True, eq=False)
class RatingSeries:
    """The ratings of one dimension of one recording, from one file.

    Args:
        times: float64 `(n,)`, rising seconds.
        values: float64 `(n, raters)` in [-1, 1], NaN where a cell is empty;
            one column where the file holds a gold standard.
        recording: The name that stands in the file, empty if none does.
    """

    times: np.ndarray
    values: np.ndarray
    recording: str = ""

    def until(self, end_s: float) -> "RatingSeries":
        """Returns the rows up to a time, that of `end_s` included."""
        # Printed times are no binary fractions, hence the little more.
        kept = self.times <= end_s + 1e-6
        return dataclasses.replace(
            self, times=self.times[kept], values=self.values[kept]
        )


def read(path: pathlib.Path) -> RatingSeries:
    """Reads an `.arff`, or else a CSV, see `read_arff` and `read_csv`."""
    return (read_arff if path.suffix.lower() == ".arff" else read_csv)(path)


def read_arff(path: pathlib.Path) -> RatingSeries:
    """Reads a gold standard: rows of recording, time and value.

    Blank lines, lines of comment, either end of line and quotes do not
    matter; the columns go by the names of the attributes.

    Args:
        path: The file.

    Raises:
        ValueError: If there is no `@data`, an attribute is missing, or see
            `read_csv`.
    """
    # SciPy reads no ARFF that has attributes of the type string.
    lines = _lines(path)
    data = [n for n, text in lines if text.lower() == "@data"]
    head = [_ATTRIBUTE.match(text) for n, text in lines if [n] < data[:1]]
    names = ["".join(m.groups("")).lower() for m in head if m]
    if not data or not {"frametime", "goldstandard"} <= set(names):
        raise ValueError(
            f"Expected the attributes frameTime and GoldStandard and a line "
            f"@data in {_name(path)}. Found {', '.join(names) or 'no'} "
            f"attributes, and {'' if data else 'no '}@data. Take the file from "
            "the package again."
        )
    rows = [(n, t) for n, t in lines if n > data[0] and not t.startswith("%")]
    wanted = [names.index("frametime"), names.index("goldstandard")]
    numbers = _table(path, rows, ",", len(names), wanted)
    recording = ""
    if rows and "instance_name" in names:
        recording = _cells(rows[0][1], ",")[names.index("instance_name")]
    return _series(path, rows, numbers, recording)


def read_csv(path: pathlib.Path) -> RatingSeries:
    """Reads a table: a time, then a column for each rater.

    Separated by semicolon or comma, with a header or without. A column
    without any value is none.

    Args:
        path: The file.

    Raises:
        ValueError: If a cell holds no number, a row has another number of
            cells than the first, times do not rise, or a value is outside of
            [-1, 1]. The message names file and line.
    """
    rows = _lines(path)
    mark = ";" if rows and ";" in rows[0][1] else ","
    first = _cells(rows[0][1], mark) if rows else []
    if first and not _is_number(first[0]):
        rows = rows[1:]
    return _series(path, rows, _table(path, rows, mark, len(first)))


def _series(path, rows, numbers, recording=""):
    if not rows:
        return RatingSeries(np.empty(0), np.empty((0, 0)), recording)
    times, values = numbers[:, 0], numbers[:, 1:]
    # Infinity rises too, and reaches over the whole recording.
    late = np.flatnonzero(~np.isfinite(times))
    if not len(late):
        late = np.flatnonzero(~(np.diff(times, prepend=-np.inf) > 0))
    if len(late):
        place = late[0]
        raise ValueError(
            f"{_name(path)}, line {rows[place][0]}: expected times that rise. "
            f"Received: {times[place]:g} s after "
            f"{times[max(place - 1, 0)]:g} s. Keep one row for each time."
        )
    wrong = np.flatnonzero((np.abs(values) > 1).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"{_name(path)}, line {rows[wrong[0]][0]}: expected ratings in "
            f"[-1, 1]. Received: {values[wrong[0]].tolist()}. Take the file "
            "from the corpus again."
        )
    rated = ~np.isnan(values).all(axis=0)
    return RatingSeries(times, values[:, rated], recording)


def _table(path, rows, mark, width, wanted=None):
    """The numbers of some columns, or of all, float64 `(n, columns)`."""
    texts = [text for _, text in rows]
    columns = len(wanted) if wanted else width
    if not rows:
        return np.empty((0, columns))
    try:
        numbers = np.loadtxt(
            texts, delimiter=mark, usecols=wanted, comments=None, ndmin=2
        )
    except ValueError:
        numbers = np.empty((0, 0))
    if numbers.shape == (len(rows), columns):
        return numbers
    # Something is missing, quoted or wrong: slowly, to say what.
    return np.array([_numbers(path, *r, mark, width, wanted) for r in rows])


def _numbers(path, number, text, mark, width, wanted):
    cells = _cells(text, mark)
    if len(cells) != width:
        raise ValueError(
            f"{_name(path)}, line {number}: expected {width} cells. Received: "
            f"{len(cells)}. The file is cut short or was edited; copy it again."
        )
    cells = [cells[place] for place in wanted or range(width)]
    try:
        return [np.nan if cell in _MISSING else float(cell) for cell in cells]
    except ValueError:
        raise ValueError(
            f"{_name(path)}, line {number}: expected numbers. Received: "
            f"{', '.join(cells)}. Take the file from the corpus again."
        ) from None


def _cells(text, mark):
    return [cell.strip(" \t'\"") for cell in text.split(mark)]


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _lines(path):
    """Pairs of line number, 1-based, and text, without blank lines."""
    text = path.read_bytes().decode("utf-8-sig", "replace")
    numbered = enumerate(text.splitlines(), start=1)
    return [(n, line.strip()) for n, line in numbered if line.strip()]


def _name(path):
    return f"{path.parent.name}/{path.name}"
