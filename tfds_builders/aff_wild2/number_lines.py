"""Lines of numbers, fast where they are sound, explained where not."""

import pathlib

import numpy as np


def read_lines(path: pathlib.Path) -> tuple[list[str], list[str], int]:
    """Reads a text file with or without a header.

    Args:
        path: The file; commas separate cells.

    Returns:
        The header's cells, stripped, and none where there is no header; the
        other lines, without empty ones at the end; the number of the first
        of these, the file's first line being 1.
    """
    text = path.read_bytes().decode("utf-8-sig", "replace").rstrip("\0 \t\r\n")
    lines = [line.strip() for line in text.split("\n")] if text else []
    start = 0
    while start < len(lines) and not lines[start]:
        start += 1
    lines = lines[start:]
    header = [cell.strip() for cell in lines[0].split(",")] if lines else []
    if header and not any(map(_is_number, header)):
        return header, lines[1:], start + 2
    return [], lines, start + 1


def numbers(
    lines: list[str], columns: int, file: str, first: int
) -> np.ndarray:
    """Returns float64 `(n, columns)`, one row for each line.

    Args:
        lines: The lines.
        columns: How many numbers each must have.
        file: Its name, for messages.
        first: Number of the first line, for messages.

    Raises:
        ValueError: If a line has more or fewer numbers, or something else.
            The message names file and row.
    """
    if not lines:
        return np.empty((0, columns))
    # NumPy skips empty lines, which would shift all labels after them.
    if all(lines):
        try:
            rows = np.loadtxt(lines, delimiter=",", comments=None, ndmin=2)
            if rows.shape == (len(lines), columns):
                return rows
        except ValueError:
            pass
    return np.array(
        [
            _row(line, columns, f"{file}, row {number}")
            for number, line in enumerate(lines, start=first)
        ]
    )


def _row(line, columns, place):
    cells = line.split(",")
    if len(cells) != columns or not all(map(_is_number, cells)):
        what = "one number" if columns == 1 else f"{columns} numbers"
        shown = line if len(line) < 40 else f"{line[:40]}..."
        raise ValueError(
            f"{place}: expected {what}. Received: {shown!r}. Take the file "
            "from the corpus again."
        )
    return [float(cell) for cell in cells]


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
