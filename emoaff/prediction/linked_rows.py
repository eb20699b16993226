"""Rows with the numbers of people that are known at the end of a video."""

import itertools
import os
import pickle
import tempfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from emoaff.prediction.row import Row


def link_rows(
    rows: Iterable[Row],
    get_links: Callable[[], Mapping[int, int]],
    folder: str | os.PathLike | None = None,
    numbers: dict[int, int] | None = None,
) -> Iterator[Row]:
    """Gives rows again after the last one, each person under one number.

    They wait in a temporary file, so memory does not grow with their number.
    Without links they are given as they were; with links, people are numbered
    anew by their first row. Where a person has two rows in a frame, the one
    with the better face is given.

    Args:
        rows: In the order of frames.
        get_links: Called after the last row: each person who is another one,
            with the number of that one.
        folder: For the temporary file; None for the system's.
        numbers: Is filled with the new number of each person who has one.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        for row in rows:
            pickle.dump(row, file)
        file.seek(0)
        stored, links = _read(file), get_links()
        numbers = {} if numbers is None else numbers
        yield from _relabel(stored, links, numbers) if links else stored


def _read(file):
    while True:
        try:
            yield pickle.load(file)
        except EOFError:
            return


def _relabel(rows, links, numbers):
    for _, group in itertools.groupby(rows, key=lambda row: row.frame):
        best: dict[int | None, Row] = {}
        for row in group:
            person = links.get(row.person, row.person)
            if person is not None:
                person = numbers.setdefault(person, len(numbers) + 1)
            before = best.get(person)
            if before is None or row.face_score > before.face_score:
                best[person] = row.changed(person=person)
        yield from (
            best[person] for person in sorted(best, key=lambda p: p or 0)
        )
