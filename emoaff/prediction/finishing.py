"""What is done to a model's answers before they are written."""

import collections
import dataclasses
import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.prediction.derived_valence import PLEASURE
from emoaff.prediction.derived_valence import derived_valence
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.prediction.options import Options
from emoaff.prediction.resting_face import Baseline
from emoaff.prediction.row import Row
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


@dataclasses.dataclass(frozen=True)
class CentredSmoother:
    """Averages each person's probabilities over the time around each row.

    The mean of all rows of the same person no further than half the width
    away, before or after. Frames without that person count for nothing. Rows
    come out in their order, later by half the width, so memory is bounded by
    the width.

    Args:
        width_s: Width of the window in seconds, at least 0.

    Call arguments:
        rows: Rows with `time_s` not falling.

    Returns:
        The same rows with `smoothed` set where they have `probabilities`.
    """

    width_s: float = 0.6

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        half = self.width_s / 2 + 1e-9
        waiting: collections.deque[Row] = collections.deque()
        near: dict[int, collections.deque] = {}
        for row in rows:
            waiting.append(row)
            if row.probabilities is not None:
                seen = near.setdefault(row.person, collections.deque())
                seen.append((row.time_s, row.probabilities))
            while waiting[0].time_s + half < row.time_s:
                yield self._smoothed(waiting.popleft(), near, half)
        while waiting:
            yield self._smoothed(waiting.popleft(), near, half)

    def _smoothed(self, row, near, half):
        if row.probabilities is None:
            return row
        seen = near[row.person]
        while seen[0][0] < row.time_s - half:
            seen.popleft()
        window = [p for time_s, p in seen if time_s <= row.time_s + half]
        if len(window) == len(seen) == 1:
            del near[row.person]
        return dataclasses.replace(row, smoothed=np.mean(window, axis=0))

    def describe(self) -> dict:
        """Says method and width, for the result's header."""
        return {
            "method": "mean of the person's probabilities, two-sided window",
            "width_s": self.width_s,
        }


@dataclasses.dataclass(frozen=True)
class CausalSmoother:
    """Averages each person's probabilities over the time before each row.

    An exponential mean: a row `t` seconds ago weighs `exp(-t / constant_s)`
    against the row itself. It starts anew where a person was away for more
    than five time constants. Nothing of the future is used, and rows come out
    at once.

    Args:
        constant_s: Time constant in seconds, over 0.
    """

    constant_s: float = 0.3

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        state: dict[int, tuple] = {}
        for row in rows:
            if row.probabilities is None:
                yield row
                continue
            before = state.get(row.person)
            total, weight = row.probabilities.astype(np.float64), 1.0
            if before and row.time_s - before[0] <= 5 * self.constant_s:
                age = row.time_s - before[0]
                decay = math.exp(-age / self.constant_s)
                total = total + decay * before[1]
                weight += decay * before[2]
            state[row.person] = (row.time_s, total, weight)
            mean = (total / weight).astype(row.probabilities.dtype)
            yield dataclasses.replace(row, smoothed=mean)

    def describe(self) -> dict:
        """Says method and width, for the result's header."""
        return {
            "method": "exponential mean of the person's probabilities, past "
            "rows only",
            "time_constant_s": self.constant_s,
        }
