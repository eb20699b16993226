"""Tables with one row a frame: reading them, and naming what is wrong."""

import csv
import dataclasses
import io
import pathlib

import numpy as np

_MOST_FRAMES = 1 << 31  # two years at 30 frames a second


@dataclasses.dataclass(frozen=True, eq=False)
class FrameTable:
    """A table of numbers with the column `frame`, sorted by it.

    Args:
        name: What messages call it.
        columns: The other columns, in lower case.
        frames: int64 `(n,)`, rising 0-based frame numbers.
        values: float64 `(n, columns)`, NaN where a cell is empty.
        rows: int64 `(n,)`, where each stands, as a spreadsheet counts: the
            header is 1.
    """

    name: str
    columns: tuple[str, ...]
    frames: np.ndarray
    values: np.ndarray
    rows: np.ndarray

    def refuse(self, wrong: np.ndarray, wanted: str) -> None:
        """Raises ValueError for the first cell that is wrong, if any is.

        Args:
            wrong: bool `(n, columns)`.
            wanted: What a cell may hold.
        """
        if not wrong.any():
            return
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"{self.name}, row {self.rows[row]}: expected {wanted} in the "
            f"column {self.columns[column]}. Found: "
            f"{self.values[row, column]:g}. Mend it, or empty the cell if it "
            "is unknown."
        )


def read_frame_table(path: pathlib.Path, name: str) -> FrameTable:
    """Reads a table in UTF-8 with commas and a header.

    Rows may stand in any order; empty ones do not count.

    Args:
        path: The file.
        name: What messages call it.

    Raises:
        ValueError: If the header has no `frame` or a column twice, a row has
            other cells than the header, a cell is no number, or a frame
            number is none or stands twice. The message names file and row.
    """
    columns, rows, cells = _cells(path, name)
    values = _numbers(name, columns, rows, cells)
    place = columns.index("frame")
    frames = values[:, place]
    right = np.isfinite(frames) & (frames >= 0) & (frames < _MOST_FRAMES)
    wrong = ~right | (np.floor(frames) != frames)
    if wrong.any():
        first = wrong.argmax()
        raise ValueError(
            f"{name}, row {rows[first]}: expected a whole number from 0 in the "
            f"column frame. Found: {cells[first][place]!r}. Mend it."
        )
    order = np.argsort(frames, kind="stable")
    again = np.flatnonzero(np.diff(frames[order]) == 0)
    if len(again):
        pair = [rows[order[again[0] + k]] for k in (0, 1)]
        raise ValueError(
            f"Expected each frame once in {name}. Found: frame "
            f"{frames[order[again[0]]]:g} in rows {pair[0]} and {pair[1]}. "
            "Remove one of them."
        )
    return FrameTable(
        name=name,
        columns=tuple(c for c in columns if c != "frame"),
        frames=frames[order].astype(np.int64),
        values=np.delete(values, place, axis=1)[order],
        rows=np.array(rows, np.int64)[order],
    )


def _cells(path, name):
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"Expected a table in UTF-8 with commas in {name}. It cannot be "
            f"read ({error}). Save it as such."
        ) from None
    full = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    ]
    header = full[0][1] if full else []
    columns = [cell.strip().lower() for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if columns.count("frame") != 1 or len(set(columns)) < len(columns):
        raise ValueError(
            f"Expected a header in {name} with the column frame, and each "
            f"column once. Found: {', '.join(columns) or 'nothing'}. Add or "
            "mend it."
        )
    for number, line in full[1:]:
        if len(line) < len(columns) or any(line[len(columns) :]):
            raise ValueError(
                f"{name}, row {number}: expected {len(columns)} cells as in "
                f"the header. Found: {len(line)}. Mend the row."
            )
    rows = [number for number, _ in full[1:]]
    return columns, rows, [line[: len(columns)] for _, line in full[1:]]


def _numbers(name, columns, rows, cells):
    filled = [[cell.strip() or "nan" for cell in line] for line in cells]
    try:
        return np.array(filled, np.float64).reshape(-1, len(columns))
    except ValueError:
        for row, line in zip(rows, cells, strict=True):
            for column, cell in zip(columns, line, strict=True):
                _refuse_word(f"{name}, row {row}", column, cell.strip())
        raise ValueError(
            f"Expected a table of numbers in {name}. It holds one that cannot "
            "be read. Save it again."
        ) from None


def _refuse_word(place, column, cell):
    try:
        # NumPy's rules, which know no `1_000`.
        np.array([cell or "nan"], np.float64)
    except ValueError:
        raise ValueError(
            f"{place}: expected a number or nothing in the column {column}. "
            f"Found: {cell!r}. Mend it."
        ) from None
