"""Simulated raters: they follow a course late, each in a way of their own."""

import dataclasses

import numpy as np
from scipy import ndimage

from tfds_builders.synthetic_affect.courses import wandering


@dataclasses.dataclass(frozen=True)
class Raters:
    """Describes a group of raters.

    Args:
        lag_s: Seconds by which their mean rating follows the course.
        count: How many there are.
        lag_spread_s: Standard deviation of one rater's lag around that.
        gain_spread: Standard deviation of one rater's scale around 1.
        bias_spread: Standard deviation of one rater's bias.
        noise: Standard deviation of one rater's slow errors.
        hand_s: Width of the smoothing by a hand on a slider, a standard
            deviation in seconds; symmetric, so it adds no lag.
    """

    lag_s: float = 0.6
    count: int = 6
    lag_spread_s: float = 0.08
    gain_spread: float = 0.15
    bias_spread: float = 0.06
    noise: float = 0.08
    hand_s: float = 0.1


def rate(
    rng: np.random.Generator,
    truth: np.ndarray,
    fps: float,
    frames: int,
    raters: Raters,
) -> np.ndarray:
    """Lets every rater rate one recording.

    Args:
        rng: Source of chance.
        truth: `(lead + frames, dims)`: the true course with frames from
            before the recording at its head, so that a late rating has
            something to follow from the first frame on.
        fps: Frames a second.
        frames: Length of the recording.
        raters: Who rates.

    Returns:
        float64 `(raters, frames, dims)` in `[-1, 1]`. Their mean over the
        raters is the gold standard.
    """
    lags = raters.lag_spread_s * rng.standard_normal(raters.count)
    # The group's lag is known exactly; only its members differ.
    lags += raters.lag_s - lags.mean()
    clock = np.arange(len(truth)) / fps
    late = clock[-frames:]
    smooth = ndimage.gaussian_filter1d(
        truth, raters.hand_s * fps, axis=0, mode="nearest"
    )
    ratings = []
    for lag in np.maximum(lags, 0):
        gain = 1 + raters.gain_spread * rng.standard_normal()
        columns = [
            np.interp(late - lag, clock, column) * gain
            + raters.bias_spread * rng.standard_normal()
            + raters.noise * wandering(rng, frames, fps, 1.0)
            for column in smooth.T
        ]
        ratings.append(np.stack(columns, axis=1))
    return np.clip(ratings, -1, 1)
