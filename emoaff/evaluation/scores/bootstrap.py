"""Percentile intervals by drawing recordings with replacement."""

import dataclasses
from collections.abc import Sequence

import numpy as np

_SAME = 1e-9  # draws that differ by less are one score with rounding
_FEW = 30  # recordings or subjects, of fewer an interval is far too narrow


@dataclasses.dataclass(frozen=True)
class Bootstrap:
    """Estimates how a score would vary with other recordings of the same kind.

    Recordings are drawn, not frames: the frames of one recording resemble one
    another, and an interval over frames would be far too narrow. With few
    recordings the percentile interval is still too narrow; with one there is
    none.

    Args:
        draws: Number of draws, 0 for no intervals.
        level: Share of the draws inside the interval, between 0 and 1.
        seed: Seed of the draws: equal seeds, equal intervals.

    Raises:
        ValueError: If `draws` or `level` is out of range.

    Example:
    >>> low, high, undefined = Bootstrap(level=0.5).interval([1, 2, 3, 4, 5])
    >>> (low, high, undefined)
    (2.0, 4.0, 0)

    References:
        - [Efron and Tibshirani, 1986](https://doi.org/10.1214/ss/1177013815)
    """

    draws: int = 1000
    level: float = 0.95
    seed: int = 0

    def __post_init__(self):
        if self.draws < 0 or not 0 < self.level < 1:
            raise ValueError(
                "Expected `draws` of at least 0 and `level` between 0 and 1. "
                f"Received: draws={self.draws}, level={self.level}."
            )

    def times(
        self, recordings: int, subject: Sequence[str] | None = None
    ) -> np.ndarray:
        """Draws as many recordings as there are, again and again.

        Args:
            recordings: Number of recordings.
            subject: The subject of each recording, to draw subjects with all
                their recordings, or `None` to draw recordings.

        Returns:
            int64 `(draws, recordings)`, how often each recording was drawn.
            `(0, recordings)` for fewer than two recordings or subjects, whose
            interval is undefined.
        """
        if subject is None:
            subject = range(recordings)
        names, unit = np.unique(np.asarray(subject), return_inverse=True)
        units = len(names)
        if units < 2:
            return np.zeros((0, recordings), np.int64)
        generator = np.random.default_rng(self.seed)
        drawn = generator.integers(units, size=(self.draws, units))
        drawn += units * np.arange(self.draws)[:, None]
        times = np.bincount(drawn.ravel(), minlength=self.draws * units)
        return times.reshape(self.draws, units)[:, unit]

    def interval(self, values: np.ndarray) -> tuple[float, float, int]:
        """Returns the interval that holds `level` of the draws.

        Args:
            values: `(draws,)`, the score of each draw, NaN where undefined.

        Returns:
            Its low and high end, NaN without a defined draw or where all are
            the same, which does not mean that others would be; and the number
            of undefined draws, which were left out.
        """
        values = np.asarray(values, np.float64)
        defined = values[~np.isnan(values)]
        undefined = len(values) - len(defined)
        if not len(defined) or np.ptp(defined) < _SAME:
            return float("nan"), float("nan"), undefined
        tail = (1.0 - self.level) / 2.0
        low, high = np.quantile(defined, [tail, 1.0 - tail])
        return float(low), float(high), undefined

    def describe(
        self, unit: str = "recordings", count: int | None = None
    ) -> str:
        """Describes the interval in words.

        Args:
            unit: What is drawn, in the plural.
            count: How many there are; said where they are too few.

        Example:
        >>> Bootstrap(draws=0).describe(count=12)
        'none; 12 recordings are too few to tell'
        """
        text = "none"
        if self.draws:
            text = (
                f"{100 * self.level:g} % percentile interval, {self.draws} "
                f"draws of {unit} with replacement, seed {self.seed}"
            )
        if count is None or count >= _FEW:
            return text
        what = f"1 {unit[:-1]} is" if count == 1 else f"{count} {unit} are"
        return f"{text}; {what} too few to tell"
