"""The lists of the release of 2017: one row a face."""

import csv
import itertools
import math
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Box
from tfds_builders.affectnet import labelling

_COLUMNS = (
    "subdirectory_filepath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
)
_WANTED = tuple(name for name in _COLUMNS if name != "facial_landmarks")


class ListedFace(NamedTuple):
    """One row of a list.

    Attributes:
        picture: Folder and file, `689/737d....jpg`.
        row: Number of the row, from 1 and without the header.
        box: `(x, y, width, height)` in pixels of the picture, None where
            there is no face.
        code: Of the class, 0 to 10; -1 where there is none.
        valence: In [-1, 1]; NaN where not annotated.
        arousal: In [-1, 1]; NaN where not annotated.
    """

    picture: str
    row: int
    box: Box | None
    code: int
    valence: float
    arousal: float


def read(path: pathlib.Path, report: BuildReport) -> Iterator[ListedFace]:
    """Yields the rows of a list, which has a header or has none.

    Args:
        path: The file.
        report: Is told of rows that are cut short.

    Raises:
        ValueError: If columns are missing, or a cell holds no number or one
            out of range. The message names the row.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as f:
            yield from _rows(csv.reader(f), path.name, report)
    except csv.Error as error:
        raise ValueError(
            f"{path.name}: expected a table with commas. Found one that cannot "
            f"be read: {error}. Get a whole copy."
        ) from None


def _rows(lines, name, report):
    lines = (cells for cells in lines if any(cells))
    first = next(lines, None)
    if first is None:
        return
    header = [cell.strip().lower() for cell in first]
    if _COLUMNS[0] not in header:
        header, lines = list(_COLUMNS), itertools.chain([first], lines)
    missing = [column for column in _WANTED if column not in header]
    if missing:
        raise ValueError(
            f"{name}: expected the columns {', '.join(_WANTED)}. Missing: "
            f"{', '.join(missing)}. Take the list as it was delivered."
        )
    places = [header.index(column) for column in _WANTED]
    for row, cells in enumerate(lines, start=1):
        if len(cells) < len(header):
            report.leave_out("row cut short", f"{name}, row {row}")
            continue
        yield _face(name, row, *(cells[place] for place in places))


def _face(name, row, picture, x, y, width, height, *labels):
    picture = picture.strip().replace("\\", "/")
    try:
        box = tuple(map(labelling.number, (x, y, width, height)))
        code, valence, arousal = map(labelling.number, labels)
        return ListedFace(
            picture,
            row,
            box if _is_face(box) else None,
            labelling.code(code),
            labelling.affect(valence),
            labelling.affect(arousal),
        )
    except ValueError as error:
        raise ValueError(
            f"{name}, row {row} below the header ({picture}): {error}. Take "
            "the list as it was delivered."
        ) from None


def _is_face(box):
    """Whether a box has an area, and some of it right of and below zero."""
    x, y, width, height = box
    if not all(map(math.isfinite, box)) or width <= 0 or height <= 0:
        return False
    return x + width > 0 and y + height > 0
