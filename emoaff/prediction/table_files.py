"""The files of a result in the table formats that were asked for."""

import contextlib
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from emoaff.faces.media import find_media_kind
from emoaff.prediction import tables
from emoaff.prediction.result import Result
from emoaff.prediction.table_formats import FORMATS
from emoaff.prediction.table_formats import parse_formats
from emoaff.prediction.table_settings import TableSettings
from emoaff.prediction.table_settings import check_decimals

_EMO_AFFECTNET_COLUMNS = {
    "frame": "1-based number of the frame, six digits",
    "one column per class": "probability, 0 to 1, in the order of classes",
}


class TableFiles:
    """Writes results in several table formats.

    There is always a CSV file: emoaff's own, or that of EMO-AffectNet.

    Args:
        formats: Names of `FORMATS`, with commas between them or in a list.
        decimals: See `TableSettings`.
        columns: See `TableSettings`.

    Attributes:
        names: Names of the formats.
        has_usual_csv: Whether the CSV file has all columns as they are, so
            that a report can be made of it.
        need_rows: Whether a format is made of the whole result.

    Raises:
        ValueError: If there is no such format.

    Example:
    >>> TableFiles("elan,srt").names
    ('csv', 'elan', 'srt')
    """

    def __init__(
        self,
        formats: str | Sequence[str] = "csv",
        decimals: int | None = None,
        columns: Sequence[str] = (),
    ):
        check_decimals(decimals)
        names = parse_formats(formats)
        if "csv" in names and "emo-affectnet" in names:
            raise ValueError(
                "Expected one table format that ends in .csv. Received: csv "
                "and emo-affectnet. Choose one of them."
            )
        if "emo-affectnet" not in names:
            names = ("csv", *(name for name in names if name != "csv"))
        self.names = names
        self._decimals, self._columns = decimals, tuple(columns)
        usual = decimals is None and not columns
        self.has_usual_csv = "csv" in names and usual
        self.need_rows = any(FORMATS[name].needs_result for name in names)

    def check(self, preset, options) -> None:
        """Raises an error if formats, preset and options do not go together.

        Raises:
            ImportError: If a format's package is missing.
            ValueError: If a format cannot hold such results.
        """
        classes = preset.labels.classes if preset.labels else ()
        TableSettings(classes, columns=self._columns)
        for name in self.names:
            if FORMATS[name].check:
                FORMATS[name].check()
        if "emo-affectnet" not in self.names:
            return
        if options.faces == "all":
            raise ValueError(
                "Expected one face a frame for the format emo-affectnet, which "
                "has one row a frame. Received: faces='all'. Choose --faces "
                "largest, or --rules emo-affectnet."
            )
        if not classes:
            raise ValueError(
                "Expected a preset with expressions for the format "
                f"emo-affectnet. Received: {preset.name}, which has none."
            )

    def open(self, timeline, path: pathlib.Path, stack: contextlib.ExitStack):
        """Opens the files that are written row by row.

        Args:
            timeline: Gives the rows.
            path: The CSV file; the others lie beside it.
            stack: Closes the files.

        Returns:
            Functions that write one `Row`, and the files by the endings of
            their names. The usual CSV file is not among them.
        """
        settings = TableSettings(
            timeline.classes,
            timeline.confidence_at_most,
            self._decimals,
            self._columns,
            timeline.options.lead,
        )
        writers, files = [], {}
        for name in self.names:
            each = FORMATS[name]
            if each.open is None or (name == "csv" and self.has_usual_csv):
                continue
            files[each.ending] = path.with_name(path.stem + each.ending)
            opened = each.open(files[each.ending], settings)
            writers.append(stack.enter_context(opened))
        return writers, files

    def write_finished(
        self,
        rows: pathlib.Path,
        header: dict,
        path: pathlib.Path,
        place: str | None = None,
    ) -> dict[str, pathlib.Path]:
        """Writes the files that are made of the whole result.

        Args:
            rows: Its usual table.
            header: Its header.
            path: The CSV file; the others lie beside it.
            place: See `Result`.

        Returns:
            The files by the endings of their names. Formats of videos have
            none for a picture.
        """
        if not self.need_rows:
            return {}
        result, files = Result(rows, header, place), {}
        for name in self.names:
            each = FORMATS[name]
            if each.needs_result and not (each.of_videos and result.is_picture):
                files[each.ending] = path.with_name(path.stem + each.ending)
                each.write(files[each.ending], result, self._decimals)
        return files

    def describe_unwritten(self, paths: Iterable[pathlib.Path]) -> str:
        """Says which formats some of the inputs will not have; empty for none.

        Args:
            paths: Videos and pictures.
        """
        names = [name for name in self.names if FORMATS[name].of_videos]
        if not names or not any(find_media_kind(p) == "picture" for p in paths):
            return ""
        verb = "is" if len(names) == 1 else "are"
        return (
            f"note: {' and '.join(names)} {verb} for videos, so pictures get "
            "no such file; what they show is in their CSV tables"
        )

    def describe(self) -> dict:
        """Describes what was asked for, plainly enough for JSON."""
        return {
            "formats": self.names,
            "decimals": self._decimals,
            "columns": self._columns,
        }

    def describe_columns(self) -> dict[str, str]:
        """Returns what the columns of the CSV file mean, for the header."""
        if "emo-affectnet" in self.names:
            return _EMO_AFFECTNET_COLUMNS
        if not self._columns:
            return tables.COLUMNS
        chosen = {*self._columns}
        return {
            names: text
            for names, text in tables.COLUMNS.items()
            if chosen & {*names.split(", ")} or names.startswith("one column")
        }
