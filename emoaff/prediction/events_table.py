"""A table of expressions that were held, and for how long."""

import csv
import os

from emoaff.prediction import tables
from emoaff.prediction.csv_tables import guard_cell
from emoaff.prediction.result import Result
from emoaff.prediction.result import read_names

EVENT_COLUMNS = (
    "source",
    "person",
    "name",
    "expression",
    "start_s",
    "end_s",
    "duration_s",
    "mean_strength",
    "peak_s",
)


def write_events(
    path: str | os.PathLike, result: Result, decimals: int | None = None
) -> None:
    """Writes a CSV table with a line for each event.

    An event is an expression other than `neutral` that a person kept for half
    a second or longer. `name` is empty where none is known, `mean_strength` is
    the mean of its smoothed probability in `[0, 1]`, `peak_s` when it was
    strongest; times are in seconds from the first frame.

    Args:
        path: The CSV file.
        result: Whose events they are.
        decimals: Digits after the point; `None` for 3.
    """
    digits = 3 if decimals is None else decimals
    most = result.header.get("confidence_at_most") or 1.0
    source, names = guard_cell(result.name), read_names(result.header)

    def show(seconds):
        return f"{seconds:.{digits}f}"

    with (
        tables.renamed(path) as half,
        half.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(EVENT_COLUMNS)
        for person in result.persons:
            for event in person.find_events():
                length_s = event.end_s - event.start_s
                writer.writerow(
                    [
                        source,
                        person.person,
                        guard_cell(names.get(person.person, "")),
                        guard_cell(event.expression),
                        *map(show, (event.start_s, event.end_s, length_s)),
                        tables.format_share(min(event.mean, most), digits),
                        show(event.peak_s),
                    ]
                )
