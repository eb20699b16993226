"""Results as Parquet, which keeps the type of each column."""

import contextlib
import os
from collections.abc import Callable
from collections.abc import Iterator

from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from emoaff.prediction.tables import renamed

_ROWS = 10_000  # that are held before they are written
_WHOLE = ("frame", "person")
_TEXTS = (
    "expression",
    "expression_smoothed",
    "doubt",
    "valence_source",
    "arousal_source",
)


@contextlib.contextmanager
def open_parquet_table(
    path: str | os.PathLike, settings: TableSettings
) -> Iterator[Callable[[Row], None]]:
    """Opens a Parquet file for writing, to be used with `with`.

    Columns are those of the CSV table: int64, float64 and text; what is
    missing is null. The file appears when the block ends well.

    Args:
        path: The file.
        settings: Its columns and digits; numbers are unrounded by default.

    Yields:
        A function that writes one `Row`.

    Raises:
        ImportError: If pyarrow is not installed.
    """
    pyarrow = require_pyarrow()
    fields = [(name, _choose_type(pyarrow, name)) for name in settings.names]
    schema = pyarrow.schema(fields)
    with renamed(path) as half:
        rows = []
        with pyarrow.parquet.ParquetWriter(half, schema) as file:

            def flush():
                values = zip(*rows, strict=True) if rows else [[]] * len(fields)
                columns = [
                    pyarrow.array(list(each), kind)
                    for each, (_, kind) in zip(values, fields, strict=True)
                ]
                file.write_table(pyarrow.table(columns, schema=schema))
                rows.clear()

            def write(row):
                rows.append(settings.collect_values(row))
                if len(rows) >= _ROWS:
                    flush()

            yield write
            flush()


def require_pyarrow():
    """Imports pyarrow; ImportError says how to get it."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            "The table format parquet needs pyarrow. It is not installed. "
            'Install it with: pip install "emoaff[parquet]", or choose another '
            "--format."
        ) from error
    return pyarrow


def _choose_type(pyarrow, name):
    if name in _WHOLE:
        return pyarrow.int64()
    return pyarrow.string() if name in _TEXTS else pyarrow.float64()
