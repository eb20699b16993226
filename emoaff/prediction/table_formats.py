"""The table formats by name."""

import dataclasses
import importlib
from collections.abc import Callable

from emoaff.prediction.csv_tables import open_long_csv
from emoaff.prediction.csv_tables import open_wide_csv
from emoaff.prediction.emo_affectnet_report import open_emo_affectnet_table
from emoaff.prediction.events_table import write_events
from emoaff.prediction.json_table import open_json_table
from emoaff.prediction.parquet_table import open_parquet_table
from emoaff.prediction.parquet_table import require_pyarrow
from emoaff.progress import suggest_name


@dataclasses.dataclass(frozen=True)
class TableFormat:
    """How results are written in one format.

    Args:
        ending: Of the file's name, after the stem of the result.
        open: Takes a path and `TableSettings`; a context manager that gives a
            function that writes one `Row`. `None` for a format that needs the
            whole result.
        write: Takes a path, a `Result` and `decimals`. `None` for one written
            by rows.
        check: Raises ImportError if a package is missing.
        of_videos: Whether it is of videos only.
        help: What it is, for who chooses.

    Example:
    >>> format_ = TableFormat("_rows.txt", open=print)
    >>> format_.needs_result
    False
    """

    ending: str
    open: Callable | None = None
    write: Callable | None = None
    check: Callable | None = None
    of_videos: bool = False
    help: str = ""

    @property
    def needs_result(self) -> bool:
        """Whether it is made of the whole result when that is there."""
        return self.write is not None


def list_formats() -> dict[str, str]:
    """Returns each format's name and what it is, in the order of help."""
    return {name: each.help for name, each in FORMATS.items()}


def parse_formats(names: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Reads names of formats, with commas between them or in a list.

    Raises:
        ValueError: If there is no such format.

    Example:
    >>> parse_formats("csv,elan"), parse_formats("emoaff")
    (('csv', 'elan'), ('csv',))
    """
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",")]
    names = ["csv" if name == "emoaff" else name for name in names]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise ValueError(
            f"Expected table formats among {', '.join(FORMATS)}. "
            f"Received: {', '.join(unknown) or 'none'}."
            f"{suggest_name(unknown[0], FORMATS) if unknown else ''}"
        )
    return tuple(dict.fromkeys(names))


def _open_emo_affectnet(path, settings):
    return open_emo_affectnet_table(path, settings.classes, settings.lead)


def _write_by(module, function):
    """Imports a library with its format, and not with all others."""

    def write(path, result, decimals=None):
        package = importlib.import_module(f"emoaff.prediction.{module}")
        getattr(package, function)(path, result)

    return write


FORMATS = {
    "csv": TableFormat(
        ".csv", open_wide_csv, help="a line a row, a column a class"
    ),
    "csv-long": TableFormat(
        "_long.csv", open_long_csv, help="a line for each row and class"
    ),
    "events": TableFormat(
        "_events.csv", write=write_events, help="what was held, and how long"
    ),
    "parquet": TableFormat(
        ".parquet", open_parquet_table, check=require_pyarrow, help="for pandas"
    ),
    "json": TableFormat("_rows.json", open_json_table, help="an object a row"),
    "elan": TableFormat(
        ".eaf",
        write=_write_by("elan_file", "write_elan"),
        of_videos=True,
        help="tiers for ELAN",
    ),
    "praat": TableFormat(
        ".TextGrid",
        write=_write_by("praat_file", "write_praat"),
        of_videos=True,
        help="tiers for Praat",
    ),
    "srt": TableFormat(
        ".srt",
        write=_write_by("subtitles", "write_subtitles"),
        of_videos=True,
        help="subtitles",
    ),
    "emo-affectnet": TableFormat(
        ".csv", _open_emo_affectnet, help="that system's CSV"
    ),
}
