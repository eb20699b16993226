"""CSV tables with the columns one wants, wide or long."""

import contextlib
import csv
import os
from collections.abc import Callable
from collections.abc import Iterator

from emoaff.prediction import tables
from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings

LONG_COLUMNS = ("frame", "time_s", "person", "variable", "value")
# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guard_cell(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula.

    Args:
        text: Such as a file's name.

    Returns:
        The text; with an apostrophe before it where it begins with `=`, `+`,
        `-`, `@`, a tab or a line break.

    Example:
    >>> guard_cell("=1+1.mp4"), guard_cell("clip.mp4")
    ("'=1+1.mp4", 'clip.mp4')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


@contextlib.contextmanager
def open_wide_csv(
    path: str | os.PathLike, settings: TableSettings
) -> Iterator[Callable[[Row], None]]:
    """Opens a CSV table with a line for each row, to be used with `with`.

    The file appears when the block ends well.

    Args:
        path: The CSV file.
        settings: Its columns and digits.

    Yields:
        A function that writes one `Row`.
    """
    with _open_csv(path, settings.names) as writer:

        def write(row):
            cells = tables.format_cells(
                row, settings.classes, settings.most, settings.decimals
            )
            writer.writerow(settings.select(cells))

        yield write


@contextlib.contextmanager
def open_long_csv(
    path: str | os.PathLike, settings: TableSettings
) -> Iterator[Callable[[Row], None]]:
    """Opens a CSV table with a line for each probability and dimension.

    Columns are `LONG_COLUMNS`; a variable is a class, `valence` or `arousal`,
    each once for every row, with an empty value where it is missing. With
    columns chosen in `settings` there are those variables alone. The file
    appears when the block ends well.

    Args:
        path: The CSV file.
        settings: Its variables and digits.

    Yields:
        A function that writes one `Row`.
    """
    variables = [*settings.classes, "valence", "arousal"]
    variables = [name for name in variables if name in settings.names]
    with _open_csv(path, LONG_COLUMNS) as writer:

        def write(row):
            cells = tables.format_cells(
                row, settings.classes, settings.most, settings.decimals
            )
            named = dict(zip(settings.all_names, cells, strict=True))
            start = [named[name] for name in LONG_COLUMNS[:3]]
            writer.writerows([*start, v, named[v]] for v in variables)

        yield write


@contextlib.contextmanager
def _open_csv(path, names):
    with (
        tables.renamed(path) as half,
        half.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow([guard_cell(name) for name in names])
        yield writer
