"""Smoothing of class probabilities over time, per person, as a stream."""

import collections
import dataclasses
import math
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.prediction.row import Row


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
                yield self._smooth(waiting.popleft(), near, half)
        while waiting:
            yield self._smooth(waiting.popleft(), near, half)

    def _smooth(self, row, near, half):
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
        """Describes method and width, for the result's header."""
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
        """Describes method and width, for the result's header."""
        return {
            "method": "exponential mean of the person's probabilities, past "
            "rows only",
            "time_constant_s": self.constant_s,
        }
