"""Sums over recordings from which affect scores of any set follow."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class RecordingMoments:
    """Counts, means and sums of labels and predictions.

    Each array is `(sets, dims)` in float64: one row per recording, or per
    merged set of recordings. A mean is 0 where the count is 0.

    Args:
        count: Number of frames with a label and a prediction.
        mean_truth: Mean of the labels there.
        mean_prediction: Mean of the predictions there.
        square_truth: Sum of squares of the labels about their mean.
        square_prediction: Sum of squares of the predictions about theirs.
        product: Sum of products about the means.
        squared_error: Sum of squared differences.
        agreement: Number of frames where both have the same sign; 0 has a
            sign of its own.
    """

    count: np.ndarray
    mean_truth: np.ndarray
    mean_prediction: np.ndarray
    square_truth: np.ndarray
    square_prediction: np.ndarray
    product: np.ndarray
    squared_error: np.ndarray
    agreement: np.ndarray

    def taken(self, members: np.ndarray) -> "RecordingMoments":
        """Picks sets by their numbers."""
        terms = (getattr(self, f.name) for f in dataclasses.fields(self))
        return RecordingMoments(*(term[members] for term in terms))

    def merged(self, times: np.ndarray) -> "RecordingMoments":
        """Joins recordings as if their frames had been concatenated.

        Exact, unlike an average of scores (Chan et al., 1983).

        Args:
            times: `(sets, recordings)`, how often each recording is in each
                set, non-negative integers.

        Returns:
            The moments of the sets.
        """
        times = np.asarray(times, np.float64)
        # `(sets, recordings, dims)`: frames that each recording brings to each
        # set. A step is how far its mean lies from the set's.
        weight = times[:, :, None] * self.count
        count = weight.sum(axis=1)
        mean_truth, step_truth = _pool_means(self.mean_truth, weight, count)
        mean_prediction, step = _pool_means(self.mean_prediction, weight, count)
        between = weight * step
        return RecordingMoments(
            count,
            mean_truth,
            mean_prediction,
            times @ self.square_truth
            + (weight * step_truth * step_truth).sum(axis=1),
            times @ self.square_prediction + (between * step).sum(axis=1),
            times @ self.product + (between * step_truth).sum(axis=1),
            times @ self.squared_error,
            times @ self.agreement,
        )

    def concordance(self) -> np.ndarray:
        """The CCC, NaN where undefined; see `emoaff.metrics.whole_signals`."""
        # Of sums, not of means: the count above and below the line cancels.
        bias = (self.mean_truth - self.mean_prediction) ** 2
        spread = self.square_truth + self.square_prediction + self.count * bias
        defined = (self.count > 1) & (spread > 0)
        return _ratio(2.0 * self.product, np.where(defined, spread, 0.0))

    def pearson(self) -> np.ndarray:
        """Pearson's correlation, NaN where a signal does not vary."""
        spread = np.sqrt(self.square_truth) * np.sqrt(self.square_prediction)
        return _ratio(self.product, spread)

    def rmse(self) -> np.ndarray:
        """The root of the mean squared difference, NaN without a frame."""
        return np.sqrt(_ratio(self.squared_error, self.count))

    def sagr(self) -> np.ndarray:
        """Share of frames with the right sign, NaN without a frame."""
        return _ratio(self.agreement, self.count)


def compute_recording_moments(
    truth: np.ndarray,
    prediction: np.ndarray,
    recording: np.ndarray,
    recordings: int,
) -> RecordingMoments:
    """Computes the moments of each recording.

    Args:
        truth: `(n, dims)`, NaN where unlabelled.
        prediction: `(n, dims)`, NaN where nothing was predicted.
        recording: int `(n,)`, the recording of each frame.
        recordings: Number of recordings.

    Returns:
        Moments with one row per recording.
    """
    columns = [
        _compute_dimension(t, p, recording, recordings)
        for t, p in zip(truth.T, prediction.T, strict=True)
    ]
    return RecordingMoments(
        *(np.stack(terms, axis=1) for terms in zip(*columns, strict=True))
    )


def _compute_dimension(truth, prediction, recording, recordings):
    # From `(n,)` frames to `(recordings,)` sums.
    both = ~(np.isnan(truth) | np.isnan(prediction))
    truth, prediction, recording = (
        truth[both],
        prediction[both],
        recording[both],
    )

    def total(x):
        return np.bincount(recording, x, recordings)

    count = total(np.ones(len(truth)))

    def split(x):
        # From the lowest value, so that a constant signal spreads exactly 0.
        low = np.full(recordings, np.inf)
        np.minimum.at(low, recording, x)
        low[count == 0] = 0.0
        rest = x - low[recording]
        mean = np.nan_to_num(_ratio(total(rest), count))
        return low + mean, rest - mean[recording]

    mean_truth, d_truth = split(truth)
    mean_prediction, d_prediction = split(prediction)
    return (
        count,
        mean_truth,
        mean_prediction,
        total(d_truth**2),
        total(d_prediction**2),
        total(d_truth * d_prediction),
        total((truth - prediction) ** 2),
        total(np.sign(truth) == np.sign(prediction)),
    )


def _pool_means(mean, weight, count):
    """The mean of each set, and how far each recording's mean lies off it."""
    # `mean` is `(recordings, dims)`, the rest `(sets, recordings, dims)` or
    # summed over recordings. From the lowest mean that counts in a set, so
    # that equal means differ by exactly 0.
    counted = weight > 0
    low = np.where(counted, mean, np.inf).min(axis=1, initial=np.inf)
    low = np.where(count > 0, low, 0.0)
    rest = np.where(counted, mean - low[:, None], 0.0)
    step = np.nan_to_num(_ratio((weight * rest).sum(axis=1), count))
    return low + step, rest - step[:, None]


def _ratio(x, y):
    return np.divide(x, y, out=np.full(np.shape(x), np.nan), where=y > 0)
