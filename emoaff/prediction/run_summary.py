"""`summary.csv`: what a run over many files found, and what failed."""

import csv
import dataclasses
import itertools
import os
import pathlib
from collections.abc import Sequence

from emoaff.prediction import tables
from emoaff.prediction.csv_tables import guard_cell

NAME = "summary"
_BEFORE = (
    "file",
    "result",
    "state",
    "person",
    "name",
    "rows",
    "first_s",
    "last_s",
    "seconds",
)
_AFTER = ("valence", "arousal", "none_named", "error")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of one input.

    Args:
        file: The input, as text.
        state: `"done"`; `"kept"`, where a finished result was there;
            `"failed"`; or `"not done"`, where the run was stopped before.
        table: The result's table, as text; None without a result.
        people: `PersonTally.describe` of each, with `person`; empty for a file
            without a face.
        lines: What to tell about it.
        error: Why there is no result, or only one of a part; else empty.
    """

    file: str
    state: str
    table: str | None = None
    people: Sequence[dict] = ()
    lines: Sequence[str] = ()
    error: str = ""


def write_run_summary(
    folder: str | os.PathLike,
    outcomes: Sequence[Outcome],
    classes: Sequence[str],
) -> pathlib.Path:
    """Writes the summary of a run: a row for each file and person.

    A file without a person has one row, whose cells are empty where there is
    nothing to tell. An older summary is replaced; where `summary.csv` is
    something else, such as the result of a `summary.mp4`, a number is added.

    Args:
        folder: Of all results.
        outcomes: Of the inputs, in order.
        classes: Names of the classes, whose shares get a column each.

    Returns:
        The file.
    """
    folder = pathlib.Path(folder)
    path = _choose_name(folder)
    with (
        tables.renamed(path) as half,
        half.open(
            "w", newline="", encoding="utf-8", errors="backslashreplace"
        ) as file,
    ):
        writer = csv.writer(file)
        writer.writerow([*_BEFORE, *classes, *_AFTER])
        for outcome in outcomes:
            writer.writerows(_rows(folder, outcome, classes))
    return path


def _choose_name(folder):
    for number in itertools.count(1):
        name = NAME if number == 1 else f"{NAME}_{number}"
        path = folder / f"{name}.csv"
        if not os.path.lexists(path):
            return path
        if path.is_file():
            columns = tables.read_columns(path)
            if columns[: len(_BEFORE)] == _BEFORE:
                return path


def _rows(folder, outcome, classes):
    result = outcome.table and os.path.relpath(outcome.table, folder)
    # Names of files are the user's, and a spreadsheet would run some.
    file, result, error = (
        guard_cell(text or "") for text in (outcome.file, result, outcome.error)
    )
    for person in outcome.people or [{}]:
        shares = person.get("shares", {})
        missing = 0.0 if person else None
        yield [
            file,
            result,
            outcome.state,
            *(person.get(name) for name in _BEFORE[3:]),
            *(shares.get(name, missing) for name in classes),
            *(person.get(name) for name in _AFTER[:-1]),
            error,
        ]
