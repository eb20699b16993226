"""The table of labels: finding it, and reading its rows."""

import csv
import dataclasses
import io
import itertools
import math
import pathlib
import sys
from collections.abc import Iterator

from emoaff.corpora.source_tree import TABLE_SUFFIXES
from emoaff.corpora.source_tree import is_junk
from emoaff.corpora.split_rules import split_name
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES
from emoaff.faces.git_lfs import refuse_pointer
from tfds_builders.video_folder.label_columns import LABELS
from tfds_builders.video_folder.label_columns import meanings
from tfds_builders.video_folder.label_columns import refuse_doubles

_LOOKED_AT = 100  # rows, for names of files


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

    Upper and lower case and blanks in the header do not matter, and a column
    may have one of its `label_columns.ALIASES` as its name. Where the
    separator is no comma, numbers may have a decimal comma.

    Args:
        path: The file.

    Attributes:
        path: The file.
        is_one: Whether it has a column `file`.
        header: The names of the columns as the file has them.
        columns: The same with `file` for `path` and so on; "" for those that
            mean nothing here.
        unknown: Columns that mean nothing here.

    Raises:
        ValueError: If a column stands twice, also under two names, or the
            file is no text.
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
            key=lambda m: ("file" in meanings(headers[m]), len(headers[m])),
            default=",",
        )
        self.header = headers.get(self._mark, [])
        self.columns = meanings(self.header)
        self.is_one = "file" in self.columns
        self.unknown = [
            name
            for name, column in zip(self.header, self.columns, strict=True)
            if name and not column
        ]
        refuse_doubles(path.name, self.header)

    def require_other_purpose(self, files: set[str]) -> None:
        """Raises ValueError if a table without `file` is one of labels still.

        Args:
            files: Paths of the videos and pictures, in lower case.
        """
        known = files | {file.rpartition("/")[2] for file in files}
        known |= {
            stem
            for stem in (file.rpartition(".")[0] for file in known)
            if not stem.isdigit()
        }
        lines = itertools.islice(self._cells(self._mark), _LOOKED_AT)
        cells = (cell for line in lines for cell in line)
        named = (cell.strip().lower().replace("\\", "/") for cell in cells)
        if set(LABELS) & set(self.columns) or not known.isdisjoint(named):
            raise ValueError(
                f"Expected a column file in {self.path.name}, a table of "
                "labels, beside label, valence or arousal. Received: columns="
                f"{', '.join(self.header)}. Rename the column with the names "
                "of the files to file, or take the table out of the folder."
            )

    def rows(self) -> Iterator[Row]:
        """Yields the rows, without those that are empty.

        Raises:
            ValueError: If a row has more cells than the header, a cell does
                not hold what it should, or there is no column of labels. The
                message names the row.
        """
        if not set(LABELS) & set(self.columns):
            raise ValueError(
                f"Expected a column {', '.join(LABELS[:-1])} or "
                f"{LABELS[-1]} in {self.path.name}. "
                f"Received: columns={', '.join(self.header)}."
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
        ValueError: If several tables have a column `file`, or one without it
            has labels or names the folder's videos and pictures.
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
    if not found:
        media = {str(file).lower() for file in files if _is_medium(file)}
        for table in tables:
            table.require_other_purpose(media)
    return found[0] if found else None


def _is_medium(file):
    return file.suffix.lower() in VIDEO_SUFFIXES | PICTURE_SUFFIXES


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
    refuse_pointer(path, "a table of labels")
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"Expected a table as text in {path.name}. It begins as UTF-16 "
                "and breaks off. Save it again as CSV in UTF-8."
            ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # an older spreadsheet's
