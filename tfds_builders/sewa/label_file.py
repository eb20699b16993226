"""SEWA's labels in the AVEC challenges: one file a recording."""

import dataclasses
import pathlib

import numpy as np

from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.table_text import read_cells

_COLUMNS = ("name", "timestamp", "arousal", "valence", "liking")
_WANTED = ("timestamp", "arousal", "valence")
_HOP_S = 0.1
_FURTHEST = 2.0  # beyond, it is another scale or column


@dataclasses.dataclass(frozen=True, eq=False)
class LabelFile:
    """The contents of one label file.

    Args:
        names: Different names of recordings that stand in its rows.
        times: float64 `(n,)`, rising seconds.
        arousal: float32 `(n,)` in [-1, 1], NaN where a cell is empty.
        valence: Like `arousal`.
        beyond: How many values lay a little beyond, and were set to the end
            of the range.
    """

    names: tuple[str, ...]
    times: np.ndarray
    arousal: np.ndarray
    valence: np.ndarray
    beyond: int

    def frame_labels(self) -> FrameLabels:
        """Returns labels that hold from their time until the next one's.

        Where rows are missing, a label reaches no further than the usual
        step between two rows.
        """
        steps = np.diff(self.times)
        return FrameLabels(
            {"valence": self.valence, "arousal": self.arousal},
            times=self.times,
            reach_s=float(np.median(steps)) if len(steps) else _HOP_S,
            ahead=True,
        )


def read(path: pathlib.Path) -> LabelFile:
    """Reads a file with a header, as of 2019, or without, as before.

    Args:
        path: The file; cells are separated by semicolons.

    Raises:
        ValueError: If a column is missing, a cell holds no number, times do
            not rise, or a label is far beyond [-1, 1]. The message names file
            and line.
    """
    text = path.read_bytes().decode("utf-8-sig", "replace")
    lines = enumerate(
        read_cells(text.splitlines(), path.name, delimiter=";"), start=1
    )
    rows = [
        (number, [cell.strip(" \t'\"") for cell in cells])
        for number, cells in lines
        if any(cell.strip() for cell in cells)
    ]
    columns = list(_COLUMNS)
    if rows and not _is_number(rows[0][1][1:2]):
        columns = [cell.lower() for cell in rows.pop(0)[1]]
    missing = sorted(set(_WANTED) - set(columns))
    if missing:
        raise ValueError(
            f"Expected the columns {', '.join(_COLUMNS)} in {path.name}. "
            f"Missing: {', '.join(missing)}. Take the file from the package "
            "again."
        )
    places = [columns.index(name) for name in _WANTED]
    numbers = np.array(
        [_numbers(path, line, cells, places) for line, cells in rows]
    ).reshape(-1, len(_WANTED))
    times = numbers[:, 0]
    # Infinity rises too, and its label would have no end.
    late = np.flatnonzero(~np.isfinite(times))
    if not len(late):
        late = np.flatnonzero(~(np.diff(times, prepend=-np.inf) > 0))
    if len(late):
        raise ValueError(
            f"{path.name}, line {rows[late[0]][0]}: expected times that rise. "
            f"Received: {numbers[late[0], 0]:g} s. Keep one row for each time."
        )
    values = numbers[:, 1:]
    far = np.flatnonzero((np.abs(values) > _FURTHEST).any(axis=1))
    if len(far):
        raise ValueError(
            f"{path.name}, line {rows[far[0]][0]}: expected arousal and "
            f"valence in [-1, 1]. Received: {values[far[0]].tolist()}. Take "
            "the file from the package again."
        )
    names = [cells[0] for _, cells in rows] if columns[0] == "name" else []
    return LabelFile(
        tuple(dict.fromkeys(names)),
        numbers[:, 0],
        *np.float32(np.clip(values.T, -1, 1)),
        int(np.count_nonzero(np.abs(values) > 1)),
    )


def _numbers(path, line, cells, places):
    try:
        wanted = [cells[place] for place in places]
        return [float(cell) if cell else np.nan for cell in wanted]
    except (IndexError, ValueError):
        raise ValueError(
            f"{path.name}, line {line}: expected a name, then numbers, "
            f"separated by semicolons. Received: {'; '.join(cells)}. Take the "
            "file from the package again."
        ) from None


def _is_number(cells):
    try:
        return bool([float(cell) for cell in cells])
    except ValueError:
        return False
