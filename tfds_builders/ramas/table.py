import csv
import io
import math
import pathlib
import statistics


class Table:
    """A table with a header, separated by comma, semicolon or tab.

    Where the separator is no comma, numbers may have a decimal comma.

    Args:
        path: The file, UTF-8 or an older Windows's Cyrillic.

    Attributes:
        columns: Names in the header, in lower case and without blanks around.
        rows: Number of the line, as a spreadsheet counts, and cells of each
            row that is not empty; as many cells as columns.

    Raises:
        ValueError: If it cannot be read as a table, or a row has more cells
            than the others.
    """

    def __init__(self, path: pathlib.Path):
        lines = io.StringIO(_text(path), newline="").readlines()
        header = next((line for line in lines if line.strip()), "")
        self._mark = max(",;\t", key=header.count)
        try:
            cells = list(
                csv.reader(lines, delimiter=self._mark, skipinitialspace=True)
            )
        except csv.Error as error:
            raise ValueError(
                f"Expected a table as text in {path.name}. It cannot be read "
                f"({error}). Save it as CSV in UTF-8."
            ) from error
        clean = ([cell.strip() for cell in row] for row in cells)
        rows = [
            (number, row)
            for number, row in enumerate(clean, start=1)
            if any(row)
        ]
        self._numbers: dict[str, float] = {}
        widths = [_width(row) for _, row in rows]
        # Not the header's alone, which may lack the name of the last column.
        width = max(widths[:1] + [statistics.mode(widths[1:] or [0])])
        for (number, _), cells_there in zip(rows, widths, strict=True):
            if cells_there > width:
                raise ValueError(
                    f"{path.name}, row {number}: expected {width} cells as in "
                    f"the others. Received: {cells_there}. Put what holds the "
                    "separator in quotes."
                )
        filled = [
            (n, row if len(row) == width else (row + [""] * width)[:width])
            for n, row in rows
        ]
        self.columns = [c.lower() for c in filled[0][1]] if filled else []
        self.rows = filled[1:]

    def place(self, column: str) -> int | None:
        """Returns where a column stands, None where it is not."""
        return self.columns.index(column) if column in self.columns else None

    def number(self, cell: str) -> float:
        """Returns what a cell says, NaN where it is no finite number."""
        value = self._numbers.get(cell)
        if value is None:
            text = cell if self._mark == "," else cell.replace(",", ".")
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            value = value if math.isfinite(value) else math.nan
            self._numbers[cell] = value
        return value


def _width(row):
    """Cells of a row without empty ones at its end."""
    width = len(row)
    while not row[width - 1]:
        width -= 1
    return width


def _text(path):
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
