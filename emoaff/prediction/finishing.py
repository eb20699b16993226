"""Finishes a model's answers before they are written."""

import itertools
import os
import pickle
import tempfile
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from emoaff.labels import DIMENSIONS
from emoaff.prediction.derived_affect import AffectDeriver
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.prediction.options import Options
from emoaff.prediction.resting_face import Baseline
from emoaff.prediction.row import Row
from emoaff.prediction.smoothing import CausalSmoother
from emoaff.prediction.smoothing import CentredSmoother
from emoaff.presets.preset import Preset


class Finishing:
    """Finishes a model's answers before they are written.

    In this order: the resting face is taken off, answers are smoothed over
    time, valence and arousal are derived, doubtful expressions are withheld.

    Args:
        preset: Gave the answers.
        options: See `Options`; with `live` each row is given at once.
        resting: Gives the rows of a file with the resting face, for a
            `options.baseline` that is one.

    Call arguments:
        rows: Rows as the preset answered, in order.

    Returns:
        The rows, finished.

    Raises:
        ValueError: If the preset does not give what an option needs.
    """

    def __init__(
        self,
        preset: Preset,
        options: Options,
        resting: Callable[[str], Iterable[Row]] | None = None,
    ):
        self.smoother = CausalSmoother() if options.live else CentredSmoother()
        self._space = preset.labels
        self._rule = DoubtRule.of(preset) if options.doubt else None
        self._derive = None
        if options.affect == "derived":
            self._derive = AffectDeriver(preset)
        self._taught = [d for d in DIMENSIONS if d in preset.dimensions]
        self._baseline = None
        if isinstance(options.baseline, str):
            rows = resting(options.baseline)
            self._baseline = Baseline(self._space, resting=rows)
        elif options.baseline is not None:
            self._baseline = Baseline(self._space, options.baseline)

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        if self._baseline:
            rows = self._baseline(rows)
        for row in self.smoother(rows):
            if row.person is not None:
                row = self._derive(row) if self._derive else row
                row = self._rule.row(row) if self._rule else row
            yield row

    def describe(self) -> dict:
        """Describes what was done, for the result's header."""
        return {
            "smoothing": self.smoother.describe(),
            "baseline": self._baseline and self._baseline.describe(),
            **{f"{name}_source": self._source(name) for name in DIMENSIONS},
            "derived_affect": self._derive and self._derive.describe(),
            "doubt": self._rule and vars(self._rule),
        }

    def _source(self, name):
        if name in self._taught:
            return "model"
        return "derived" if self._derive else ""


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
