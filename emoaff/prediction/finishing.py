"""Finishes a model's answers before they are written."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

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
