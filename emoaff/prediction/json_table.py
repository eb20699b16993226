"""Results as JSON, for other programs."""

import contextlib
import json
import os
from collections.abc import Callable
from collections.abc import Iterator

from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from emoaff.prediction.tables import renamed


@contextlib.contextmanager
def open_json_table(
    path: str | os.PathLike, settings: TableSettings
) -> Iterator[Callable[[Row], None]]:
    """Opens a file with a list of objects, one a row, to be used with `with`.

    Names are those of the CSV table; what is missing is null. Each object has
    a line of its own. The file appears when the block ends well.

    Args:
        path: The file.
        settings: Its columns and digits; numbers are unrounded by default.

    Yields:
        A function that writes one `Row`.
    """
    with renamed(path) as half, half.open("w", encoding="utf-8") as file:
        ending = "["

        def write(row):
            nonlocal ending
            values = settings.collect_values(row)
            whole = dict(zip(settings.names, values, strict=True))
            file.write(f"{ending}\n{json.dumps(whole, ensure_ascii=False)}")
            ending = ","

        yield write
        file.write("[]\n" if ending == "[" else "\n]\n")
