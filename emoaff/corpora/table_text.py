"""Cells of tables as text."""

import csv
from collections.abc import Iterable
from collections.abc import Iterator


def read_cells(lines: Iterable[str], place: str, **form) -> Iterator[list[str]]:
    """Yields the cells of each line of a table.

    Args:
        lines: The lines.
        place: What messages call the file.
        **form: See `csv.reader`.

    Raises:
        ValueError: If it is no table, or a cell has more than 131,072
            letters.
    """
    try:
        yield from csv.reader(lines, **form)
    except csv.Error as error:
        raise ValueError(
            f"Expected a table as text in {place}. It cannot be read "
            f"({error}). Copy the file again."
        ) from None
