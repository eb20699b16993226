import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.prediction.derived_valence import PLEASURE
from emoaff.prediction.derived_valence import derived_valence
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.prediction.options import Options
from emoaff.prediction.resting_face import Baseline
from emoaff.prediction.row import Row
from emoaff.prediction.smoothing import CausalSmoother
from emoaff.prediction.smoothing import CentredSmoother
from emoaff.presets.preset import Preset


class Finishing:
    """What is done to a model's answers before they are written.

    In this order: the resting face is taken off, answers are smoothed over
    time, valence is derived, doubtful expressions are withheld.

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
        self._derive = options.valence == "derived"
        self._source = "model" if "valence" in preset.dimensions else ""
        self._baseline = None
        if self._derive and self._space is None:
            raise ValueError(
                "Expected a preset with expressions to derive valence from. "
                f"Received: {preset.name}, which has none."
            )
        if self._derive and self._source:
            raise ValueError(
                f"Expected a preset without valence. {preset.name} was taught "
                "valence, which is better than a derived one. Leave out "
                "--valence derived."
            )
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
                row = self._with_valence(row)
                row = self._rule.row(row) if self._rule else row
            yield row

    def describe(self) -> dict:
        """Says what was done, for the result's header."""
        derived = None
        if self._derive:
            derived = {
                "method": "expected pleasure of the expressions' words "
                "(Russell and Mehrabian, 1977); classes without one left out",
                "pleasure": PLEASURE,
            }
        return {
            "smoothing": self.smoother.describe(),
            "baseline": self._baseline and self._baseline.describe(),
            "valence_source": "derived" if self._derive else self._source,
            "derived_valence": derived,
            "doubt": self._rule and vars(self._rule),
        }

    def _with_valence(self, row):
        if not self._derive:
            known = "" if math.isnan(row.valence) else self._source
            return row.changed(valence_source=known)
        if row.probabilities is None:
            return row
        (value,) = derived_valence(row.probabilities[None], self._space)
        source = "" if math.isnan(value) else "derived"
        return row.changed(valence=float(value), valence_source=source)
