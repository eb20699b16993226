"""Tables whose rows hold a picture as numbers: FER2013's form."""

import csv
import dataclasses
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.grey_faces import SIDE

VOTE_COLUMNS = frozenset(("image name", "nf"))  # of FER+, never of FER2013
SPLITS = {
    "training": "train",
    "publictest": "validation",
    "privatetest": "test",
}
_CLASSES = 7


@dataclasses.dataclass(frozen=True, eq=False)
class PixelRow:
    """One row.

    Args:
        number: Place in the table, 0-based, the header not counted.
        split: `"train"`, `"validation"` or `"test"`; empty where the table
            does not say.
        emotion: 0 to 6; -1 where there is none.
        pixels: uint8 `(48, 48)`, grey.
    """

    number: int
    split: str
    emotion: int
    pixels: np.ndarray


class PixelTable:
    """A CSV with the columns `pixels` and mostly `emotion` and `Usage`.

    Blanks and case in the header do not matter, nor does the order.

    Args:
        path: The file.

    Attributes:
        path: The file.
        columns: Names of the columns, in lower case, without blanks around.
        count: Rows that `rows` has seen.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.count = 0
        with self._open() as file:
            header = next(self._cells(file), [])
        self.columns = [cell.strip().lower() for cell in header]

    @property
    def holds_votes(self) -> bool:
        """Whether it is FER+'s table of votes, whatever it is called."""
        return VOTE_COLUMNS <= set(self.columns)

    def rows(self, report: BuildReport) -> Iterator[PixelRow]:
        """Yields the rows that hold 48x48 pixels.

        Args:
            report: Is told of the others, as where a file was cut short.

        Raises:
            ValueError: If there is no column of pixels, or a cell of `emotion`
                or `Usage` holds something else. The message names the row.
        """
        if "pixels" not in self.columns:
            raise ValueError(
                f"Expected a column pixels in {self.path.name}. Received: "
                f"{', '.join(self.columns)[:80] or 'nothing'}. Take the file "
                "as Kaggle gives it."
            )
        place = {name: k for k, name in enumerate(self.columns)}
        split, emotion, text = "", -1, ""
        with self._open() as file:
            lines = (cells for cells in self._cells(file) if any(cells))
            next(lines)
            self.count = 0
            for number, cells in enumerate(lines):
                self.count += 1
                where = f"{self.path.name}, row {number + 2}"
                if len(cells) < len(self.columns):
                    report.leave_out("rows that end too early", where)
                    continue
                if "usage" in place:
                    split = _split(where, cells[place["usage"]])
                if "emotion" in place:
                    emotion = _emotion(where, cells[place["emotion"]])
                text = cells[place["pixels"]]
                pixels = _pixels(text)
                if pixels is None:
                    report.leave_out("rows without 48x48 pixels", where)
                    continue
                yield PixelRow(number, split, emotion, pixels)

    def _open(self):
        return self.path.open(
            encoding="utf-8-sig", errors="replace", newline=""
        )

    def _cells(self, file):
        try:
            yield from csv.reader(file, skipinitialspace=True)
        except csv.Error as error:
            raise ValueError(
                f"Expected a table as text in {self.path.name}. It cannot be "
                f"read ({error}). Take the file as Kaggle gives it."
            ) from None


def _split(where, cell):
    split = SPLITS.get(cell.strip().lower())
    if split is None:
        raise ValueError(
            f"{where}: expected Usage to be Training, PublicTest or "
            f"PrivateTest. Received: {cell.strip()[:40]!r}."
        )
    return split


def _emotion(where, cell):
    cell = cell.strip()
    if not cell:
        return -1
    if not re.fullmatch(r"[0-9]{1,9}", cell) or int(cell) >= _CLASSES:
        raise ValueError(
            f"{where}: expected emotion to be 0 to 6. Received: {cell[:40]!r}."
        )
    return int(cell)


def _pixels(text):
    try:
        values = np.fromstring(text, np.int32, sep=" ")
    except (ValueError, DeprecationWarning):
        return None
    wrong = len(values) != SIDE * SIDE or values.min() < 0 or values.max() > 255
    return None if wrong else values.astype(np.uint8).reshape(SIDE, SIDE)
