import dataclasses
import math
from collections.abc import Mapping

import numpy as np

_SLACK_S = 1e-3  # containers round times to milliseconds
_WHOLE = ("expression", "action_units")  # integers; all others are floats


@dataclasses.dataclass(frozen=True, eq=False)
class FrameLabels:
    """The labels of one recording: one for all of it, by frame or by time.

    Args:
        values: Feature name to `(n,)` or `(n, k)`: `valence` and `arousal`
            floats in [-1, 1], `expression` an index, `emotions` and `votes`
            floats, `action_units` integers. NaN, and -1 of an integer, is no
            label. Kept as float or int64 by these names, so a valence given
            as the integer -1 is one, and an `expression` of NaN is none.
        frames: int64 `(n,)`, rising 0-based frame numbers that the rows
            belong to; None where they go by time, or `n` is 1 and the label
            holds throughout.
        times: float64 `(n,)`, rising seconds. A frame of unknown time has no
            row.
        reach_s: Seconds from its time up to which a row counts.
        ahead: Whether a row counts from its time on, for less than `reach_s`
            (and a millisecond before, for containers round); otherwise the
            row nearest in time counts, of two equally near ones the earlier.

    Raises:
        ValueError: If lengths differ, or `frames` or `times` do not rise.
    """

    values: Mapping[str, np.ndarray]
    frames: np.ndarray | None = None
    times: np.ndarray | None = None
    reach_s: float = math.inf
    ahead: bool = False

    def __post_init__(self):
        clean = {k: _typed(k, v) for k, v in self.values.items()}
        object.__setattr__(self, "values", clean)
        for name, kind in (("frames", np.int64), ("times", float)):
            if getattr(self, name) is not None:
                given = np.asarray(getattr(self, name))
                object.__setattr__(self, name, given.astype(kind))
        places = self.times if self.frames is None else self.frames
        length = 1 if places is None else len(places)
        wrong = {k: len(v) for k, v in clean.items() if len(v) != length}
        if wrong:
            raise ValueError(
                f"Expected {length} rows of every label. Received: {wrong}."
            )
        if places is not None and not np.all(np.diff(places) > 0):
            raise ValueError(
                "Expected frames or times that rise. Received: "
                f"{np.asarray(places)[:8]}..."
            )

    @classmethod
    def constant(cls, **values) -> "FrameLabels":
        """Returns one label that holds throughout, such as `expression=3`."""
        return cls({name: np.asarray([v]) for name, v in values.items()})

    def __len__(self) -> int:
        """Rows."""
        return len(next(iter(self.values.values()), ()))

    def rows(
        self, index: np.ndarray, time_s: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Returns the labels of some frames.

        Args:
            index: int64 `(m,)`, 0-based frame numbers.
            time_s: float `(m,)`, seconds.

        Returns:
            Feature name to `(m,)` or `(m, k)`; where a frame has no row, NaN
            for floats and -1 for integers.
        """
        places = self._places(np.asarray(index), np.asarray(time_s, float))
        return {
            name: _take_values(values, places)
            for name, values in self.values.items()
        }

    def labelled(self) -> dict[str, int]:
        """Returns for each feature how many rows have a label."""
        return {
            name: int(np.count_nonzero(has_label(values)))
            for name, values in self.values.items()
        }

    def _places(self, index, time_s):
        if self.frames is None and self.times is None:
            return np.zeros(len(index), np.int64)
        if not len(self):
            return np.full(len(index), -1)
        if self.frames is not None:
            places = np.searchsorted(self.frames, index)
            places = np.minimum(places, len(self) - 1)
            return np.where(self.frames[places] == index, places, -1)
        if self.ahead:
            places = np.searchsorted(self.times, time_s + _SLACK_S, "right") - 1
            near = time_s + _SLACK_S - self.times[places] < self.reach_s
            return np.where(near, places, -1)
        after = np.searchsorted(self.times, time_s).clip(1, len(self) - 1)
        after = np.minimum(after, len(self) - 1)
        before = np.maximum(after - 1, 0)
        near = time_s - self.times[before] <= self.times[after] - time_s
        places = np.where(near, before, after)
        within = np.abs(self.times[places] - time_s) <= self.reach_s
        return np.where(within, places, -1)


def has_label(values: np.ndarray) -> np.ndarray:
    """Returns bool `(n,)`: whether a row has any label, see `FrameLabels`."""
    values = np.asarray(values)
    known = values >= 0 if values.dtype.kind in "iu" else ~np.isnan(values)
    return known.reshape(len(values), -1).any(axis=1)


def _typed(name, values):
    values = np.asarray(values)
    if name not in _WHOLE:
        return values if values.dtype.kind == "f" else values.astype(float)
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), -1, values)
    return values.astype(np.int64)


def _take_values(values, places):
    missing = -1 if values.dtype.kind in "iu" else np.nan
    if not len(values):
        return np.full((len(places), *values.shape[1:]), missing, values.dtype)
    taken = values[places].copy()
    taken[places < 0] = missing
    return taken
