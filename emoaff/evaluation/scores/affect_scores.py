"""Scores of continuous affect over whole recordings."""

from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.scores.measured import Measured
from emoaff.evaluation.scores.recording_moments import RecordingMoments
from emoaff.evaluation.scores.recording_moments import compute_recording_moments
from emoaff.evaluation.scores.recording_scores import RecordingScores
from emoaff.labels import DIMENSIONS

_OVER_FRAMES = {
    "ccc": RecordingMoments.concordance,
    "pearson": RecordingMoments.pearson,
    "rmse": RecordingMoments.rmse,
    "sagr": RecordingMoments.sagr,
}


class AffectScores(RecordingScores):
    """Scores predictions of valence, arousal or other dimensions.

    Measures, each per dimension and as the mean over dimensions:

    - `ccc`: the concordance correlation coefficient over all frames, joined
      as one signal: the number of the Aff-Wild and ABAW challenges.
    - `ccc_mean_of_recordings`: the mean of one CCC per recording, which
      cannot see differences between recordings. Recordings where it is
      undefined are left out and counted.
    - `pearson`, and `rmse` in the unit of the labels.
    - `sagr`: share of frames where label and prediction have the same sign;
      0 is a sign of its own.

    A frame is scored, per dimension, where it has a label and a prediction.
    Others are left out and counted: `coverage()`. A score that leaves out
    frames without a prediction says nothing about them.

    Undefined is NaN: the CCC of fewer than two frames or of two equal
    constants, Pearson's r where a signal does not vary, everything without a
    frame. The mean over dimensions is NaN if one of them is.

    Args:
        truth: float `(n, dims)`, NaN where unlabelled.
        prediction: float `(n, dims)`, NaN where there is no prediction.
        recording: int `(n,)`, the recording of each frame, from 0.
        dimensions: Names of the dimensions.
        recordings: Number of recordings, or `None` for the highest number in
            `recording` plus 1.

    Raises:
        ValueError: If shapes disagree or a value is infinite.

    Example:
    >>> truth = np.array([[0.0], [1.0], [2.0], [0.0], [np.nan]])
    >>> prediction = np.array([[0.0], [1.0], [1.0], [np.nan], [0.0]])
    >>> recording = np.array([0, 0, 0, 1, 1])
    >>> scores = AffectScores(truth, prediction, recording, ("valence",))
    >>> round(scores.table().value("ccc", "valence"), 4)
    0.6667
    >>> scores.coverage()["frames of valence"]
    {'scored': 3, 'unlabelled': 1, 'without prediction': 1}

    References:
        - [Lin, 1989](https://doi.org/10.2307/2532051)
        - [Nicolaou et al., 2011](https://doi.org/10.1109/T-AFFC.2011.9), SAGR
    """

    recording_measures = tuple(_OVER_FRAMES)

    def __init__(
        self,
        truth: np.ndarray,
        prediction: np.ndarray,
        recording: np.ndarray,
        dimensions: Sequence[str] = DIMENSIONS,
        recordings: int | None = None,
    ):
        super().__init__(recording, recordings)
        truth = np.asarray(truth, np.float64)
        prediction = np.asarray(prediction, np.float64)
        shape = (len(self.recording), len(dimensions))
        if truth.shape != shape or prediction.shape != shape:
            raise ValueError(
                "Expected `truth` and `prediction` of shape (frames, "
                f"dimensions) = {shape}. Received: truth.shape={truth.shape}, "
                f"prediction.shape={prediction.shape}."
            )
        if np.isinf(truth).any() or np.isinf(prediction).any():
            raise ValueError(
                "Expected finite values. Received: infinity in `truth` or "
                "`prediction`. Mark missing values with NaN."
            )
        self.dimensions = tuple(dimensions)
        self.width = len(self.dimensions)
        self._moments = compute_recording_moments(
            truth, prediction, self.recording, self.recordings
        )
        self._each = self._moments.concordance()
        unlabelled = np.isnan(truth)
        absent = np.isnan(prediction) & ~unlabelled
        self._left_out = unlabelled.sum(axis=0), absent.sum(axis=0)

    def measured(
        self, times: np.ndarray, members: np.ndarray
    ) -> list[Measured]:
        merged = self._moments.taken(members).merged(times)
        frames = merged.count.astype(np.int64)
        measured = []
        for name, function in _OVER_FRAMES.items():
            measured += self._score_dimensions(name, function(merged), frames)
        each = self._each[members]
        defined = ~np.isnan(each)
        count = times @ defined.astype(np.int64)
        total = times @ np.where(defined, each, 0.0)
        mean = np.full(total.shape, np.nan)
        np.divide(total, count, out=mean, where=count > 0)
        size = times.sum(axis=1)
        return measured + self._score_dimensions(
            "ccc_mean_of_recordings", mean, count, size[:, None] - count
        )

    def coverage(self) -> dict:
        """Counts the frames of each dimension.

        Returns:
            `"frames of <dimension>"` to the numbers of frames scored, without
            a label, and with a label but without a prediction.
        """
        scored = self._moments.count.sum(axis=0).astype(int)
        columns = zip(self.dimensions, scored, *self._left_out, strict=True)
        return {
            f"frames of {name}": {
                "scored": int(good),
                "unlabelled": int(unlabelled),
                "without prediction": int(absent),
            }
            for name, good, unlabelled, absent in columns
        }

    def _score_dimensions(self, name, values, n, left_out=None):
        if left_out is None:
            left_out = np.zeros_like(n)
        measured = [
            Measured(name, of, values[:, d], n[:, d], left_out[:, d])
            for d, of in enumerate(self.dimensions)
        ]
        mean = values.mean(axis=1)
        fewest, most = n.min(axis=1), left_out.max(axis=1)
        return [*measured, Measured(name, "mean", mean, fewest, most)]
