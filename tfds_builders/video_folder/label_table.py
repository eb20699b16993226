"""The table of labels: finding it, and reading its rows."""

import csv
import dataclasses
import io
import math
import pathlib
import sys
from collections.abc import Iterator

from emoaff.corpora.source_tree import TABLE_SUFFIXES
from emoaff.corpora.source_tree import is_junk
from emoaff.corpora.split_rules import split_name

_LABELS = ("label", "valence", "arousal")
_COLUMNS = ("file", "start", "end", "time", *_LABELS, "subject", "split")


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row, checked; NaN or empty where a cell is empty.

    Args:
        number: Of the row, as a spreadsheet counts: the header is 1.
        file: As it stands in the table, with `/` between folders.
        start, end, time: Seconds.
        label: Name of the class, in lower case.
        valence, arousal: In `[-1, 1]`.
        subject: The person's id.
        split: `"train"`, `"validation"` or `"test"`.
    """

    number: int
    file: str
    start: float
    end: float
    time: float
    label: str
    valence: float
    arousal: float
    subject: str
    split: str


class LabelTable:
    """A table of labels with a header, separated by comma, semicolon or tab.

    Upper and lower case and blanks in the header do not matter. Where the
    separator is no comma, numbers may have a decimal comma.

    Args:
        path: The file.

    Attributes:
        path: The file.
        is_one: Whether it has a column `file`.
        unknown: Columns that mean nothing here.

    Raises:
        ValueError: If a column stands twice.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._lines = list(io.StringIO(_text(path), newline=""))
        self._skipped = 0
        while self._lines and not self._lines[0].strip():
            del self._lines[0]
            self._skipped += 1
        headers = {
            mark: [c.strip().lower() for c in next(self._cells(mark))]
            for mark in ",;\t"
            if self._lines
        }
        # The mark that gives `file` a cell of its own, and most cells.
        self._mark = max(
            headers,
            key=lambda m: ("file" in headers[m], len(headers[m])),
            default=",",
        )
        self.columns = headers.get(self._mark, [])
        self.is_one = "file" in self.columns
        self.unknown = [c for c in self.columns if c and c not in _COLUMNS]
        for column in _COLUMNS:
            if self.columns.count(column) > 1:
                raise ValueError(
                    f"Expected each column once in {path.name}. Received: "
                    f"{column} twice. Rename one of them."
                )

    def rows(self) -> Iterator[Row]:
        """Yields the rows, without those that are empty.

        Raises:
            ValueError: If a row has more cells than the header, a cell does
                not hold what it should, or there is no column of labels. The
                message names the row.
        """
        if not set(_LABELS) & set(self.columns):
            raise ValueError(
                f"Expected a column {', '.join(_LABELS[:-1])} or "
                f"{_LABELS[-1]} in {self.path.name}. "
                f"Received: columns={', '.join(self.columns)}."
            )
        lines = self._cells(self._mark)
        next(lines)
        for number, cells in enumerate(lines, start=2 + self._skipped):
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if any(cells[len(self.columns) :]):
                raise ValueError(
                    f"{self._place(number)}: expected {len(self.columns)} "
                    f"cells as in the header. Received: {len(cells)}. Put "
                    "names that hold the separator in quotes."
                )
            named = dict(zip(self.columns, cells, strict=False))
            yield self._row(number, named)

    def _cells(self, mark):
        try:
            yield from csv.reader(
                self._lines, delimiter=mark, skipinitialspace=True
            )
        except csv.Error as error:
            raise ValueError(
                f"Expected a table as text in {self.path.name}. It cannot be "
                f"read ({error}). Save it as CSV in UTF-8."
            ) from error

    def _row(self, number, cells):
        file = cells.get("file", "").replace("\\", "/")
        if not file:
            raise ValueError(
                f"{self._place(number)}: expected the name of a file in the "
                "column file. Received: an empty cell."
            )
        place = f"{self._place(number)} ({file})"
        value = {
            column: self._number(place, column, cells.get(column, ""))
            for column in ("start", "end", "time", "valence", "arousal")
        }
        for column in ("valence", "arousal"):
            if abs(value[column]) > 1:
                raise ValueError(
                    f"{place}: expected {column} in [-1, 1]. Received: "
                    f"{column}={value[column]:g}. Scale the whole column."
                )
        _check_times(place, value["start"], value["end"], value["time"])
        split = cells.get("split", "")
        if split and not split_name(split):
            raise ValueError(
                f"{place}: expected split to be train, validation or test. "
                f"Received: split={split!r}."
            )
        label = cells.get("label", "").lower()
        return Row(
            number=number,
            # The same few words in perhaps a million rows.
            file=sys.intern(str(pathlib.PurePosixPath(file))),
            label="" if label == "nan" else sys.intern(label),
            subject=sys.intern(cells.get("subject", "")),
            split=split_name(split) or "",
            **value,
        )

    def _number(self, place, column, cell):
        if not cell:
            return math.nan
        try:
            return float(cell if self._mark == "," else cell.replace(",", "."))
        except ValueError:
            raise ValueError(
                f"{place}: expected a number or nothing in the column "
                f"{column}. Received: {cell!r}."
            ) from None

    def _place(self, number):
        return f"{self.path.name}, row {number}"


def find(
    root: pathlib.Path, files: list[pathlib.PurePosixPath]
) -> LabelTable | None:
    """Returns the table at the top of a folder; None where there is none.

    Args:
        root: The folder.
        files: What is in it, relative to it.

    Raises:
        ValueError: If several tables have a column `file`.
    """
    tables = [
        LabelTable(root / file)
        for file in files
        if len(file.parts) == 1
        and file.suffix.lower() in TABLE_SUFFIXES
        and not is_junk(file)
    ]
    found = [table for table in tables if table.is_one]
    if len(found) > 1:
        raise ValueError(
            "Expected one table with a column file at the top of the folder. "
            f"Received: {', '.join(table.path.name for table in found)}. "
            "Leave one there."
        )
    return found[0] if found else None


def _check_times(place, start, end, time):
    ranged = not (math.isnan(start) and math.isnan(end))
    if ranged and not math.isnan(time):
        raise ValueError(
            f"{place}: expected either time, or start and end. Received both."
        )
    for name, seconds in (("start", start), ("end", end), ("time", time)):
        if seconds < 0 or math.isinf(seconds):
            raise ValueError(
                f"{place}: expected {name} in seconds, 0 or more. "
                f"Received: {name}={seconds:g}."
            )
    if end <= (0.0 if math.isnan(start) else start):
        raise ValueError(
            f"{place}: expected end after start. "
            f"Received: start={start:g}, end={end:g}."
        )


def _text(path):
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # an older spreadsheet's
