"""FER+'s table of votes."""

import dataclasses
import io
import math

import numpy as np

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.table_text import read_cells

NAME = "fer2013new.csv"
CLASSES = labels.get("ferplus").classes
_VOTES = (*CLASSES, "unknown", "nf")
_COLUMNS = ("usage", "image name", *_VOTES)
_SPLITS = {
    "training": "train",
    "publictest": "validation",
    "privatetest": "test",
}


@dataclasses.dataclass(frozen=True, eq=False)
class VoteRow:
    """The votes for one picture.

    Args:
        number: Place in the table, 0-based, the header not counted.
        split: `"train"`, `"validation"` or `"test"`.
        name: The picture's file name; empty where FER+ gives none, since
            there is no face.
        votes: float32 `(10,)`: the eight classes, unknown, no face.
    """

    number: int
    split: str
    name: str
    votes: np.ndarray

    @property
    def majority(self) -> int:
        """FER+'s majority class, 0 to 7, or -1. Votes of 1 do not count."""
        kept = np.where(self.votes > 1, self.votes, 0)
        winner = int(np.argmax(kept))
        if winner >= len(CLASSES) or kept[winner] <= 0.5 * kept.sum():
            return -1
        return winner


def read(data: bytes, report: BuildReport) -> list[VoteRow]:
    """Reads the table.

    Args:
        data: The file.
        report: Is told of rows that end too early, as where the file was cut
            short.

    Raises:
        ValueError: If columns are missing, or a cell does not hold what it
            should. The message names the row.
    """
    text = io.StringIO(data.decode("utf-8-sig", "replace"), newline="")
    lines = (cells for cells in read_cells(text, NAME) if any(cells))
    header = [cell.strip().lower() for cell in next(lines, [])]
    missing = sorted(set(_COLUMNS) - set(header))
    if missing:
        raise ValueError(
            f"Expected the header of FER+'s {NAME}. Missing columns: "
            f"{missing}. Take the file from microsoft/FERPlus."
        )
    rows = []
    for number, cells in enumerate(lines):
        where = f"{NAME}, row {number + 2}"
        if len(cells) < len(header):
            report.leave_out("rows that end too early", where)
            continue
        named = dict(zip(header, map(str.strip, cells), strict=False))
        votes = [_number(where, column, named[column]) for column in _VOTES]
        rows.append(
            VoteRow(
                number,
                _split(where, named["usage"]),
                named["image name"],
                np.float32(votes),
            )
        )
    return rows


def _split(where, cell):
    split = _SPLITS.get(cell.lower())
    if split is None:
        raise ValueError(
            f"{where}: expected Usage to be Training, PublicTest or "
            f"PrivateTest. Received: {cell[:40]!r}."
        )
    return split


def _number(where, column, cell):
    try:
        votes = float(cell)
    except ValueError:
        votes = math.nan
    if not 0 <= votes < math.inf:
        raise ValueError(
            f"{where}: expected a number of votes in the column {column}. "
            f"Received: {cell[:40]!r}."
        )
    return votes
