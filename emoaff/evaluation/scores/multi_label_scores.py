"""Scores of labels that may hold at once, such as action units."""

from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.scores.measured import Measured
from emoaff.evaluation.scores.recording_scores import RecordingScores


class MultiLabelScores(RecordingScores):
    """Scores independent probabilities against several labels per frame.

    Measures: `f1` of each label, and their mean (ABAW since 2022: 12 action
    units). The F1 of a label that neither occurs nor is predicted is NaN and
    counts 0 in the mean, as with scikit-learn's `zero_division=0`.

    A frame counts, per label, where it has a label and a prediction; the
    others are left out and counted: `coverage()`. All is NaN without one.

    Args:
        truth: `(n, labels)`, 1 where the label holds, 0 where not, -1 or NaN
            where unknown.
        probabilities: float `(n, labels)` in `[0, 1]`, NaN where there is no
            prediction.
        recording: int `(n,)`, the recording of each frame, from 0.
        labels: Names of the labels.
        recordings: Number of recordings, or `None` for the highest number in
            `recording` plus 1.
        threshold: The lowest probability that counts as 1.

    Raises:
        ValueError: If shapes disagree or a value is none of the above.
    """

    recording_measures = ("f1",)

    def __init__(
        self,
        truth: np.ndarray,
        probabilities: np.ndarray,
        recording: np.ndarray,
        labels: Sequence[str],
        recordings: int | None = None,
        threshold: float = 0.5,
    ):
        super().__init__(recording, recordings)
        self.labels = tuple(labels)
        self.width = 4 * len(self.labels)
        truth = np.asarray(truth, np.float64)
        probabilities = np.asarray(probabilities, np.float64)
        truth = np.where(truth == -1, np.nan, truth)
        self._check(truth, probabilities)
        unlabelled = np.isnan(truth)
        absent = np.isnan(probabilities) & ~unlabelled
        self._left_out = unlabelled.sum(axis=0), absent.sum(axis=0)
        scored = ~(unlabelled | absent)
        held, said = truth == 1, probabilities >= threshold
        self._count = self._sum_by_recording(scored)
        self._right = self._sum_by_recording(scored & held & said)
        self._held = self._sum_by_recording(scored & held)
        self._said = self._sum_by_recording(scored & said)

    def measured(
        self, times: np.ndarray, members: np.ndarray
    ) -> list[Measured]:
        times = times.astype(np.float64)
        n = times @ self._count[members]
        either = times @ (self._held + self._said)[members]
        f1 = np.full(n.shape, np.nan)
        np.divide(
            2 * (times @ self._right[members]), either, out=f1, where=either > 0
        )
        total = np.where(n > 0, np.nan_to_num(f1), np.nan).mean(axis=1)
        return [
            *(
                Measured("f1", name, f1[:, place], n[:, place])
                for place, name in enumerate(self.labels)
            ),
            Measured("f1", "mean", total, n.min(axis=1)),
        ]

    def coverage(self) -> dict:
        """Counts frames scored, unlabelled, without prediction, per label."""
        scored = self._count.sum(axis=0)
        columns = zip(self.labels, scored, *self._left_out, strict=True)
        return {
            f"frames of {name}": {
                "scored": int(good),
                "unlabelled": int(unlabelled),
                "without prediction": int(absent),
            }
            for name, good, unlabelled, absent in columns
        }

    def _sum_by_recording(self, marked):
        return np.stack(
            [
                np.bincount(self.recording, column, self.recordings)
                for column in marked.T
            ],
            axis=1,
        )

    def _check(self, truth, probabilities):
        shape = (len(self.recording), len(self.labels))
        if truth.shape != shape or probabilities.shape != shape:
            raise ValueError(
                "Expected `truth` and `probabilities` of shape (frames, "
                f"labels) = {shape}. Received: truth.shape={truth.shape}, "
                f"probabilities.shape={probabilities.shape}."
            )
        if not np.isin(truth[~np.isnan(truth)], (0.0, 1.0)).all():
            raise ValueError(
                "Expected labels 0, 1 or -1 (unknown). Received: "
                f"truth={np.unique(truth)[:5]}..."
            )
        if np.any(probabilities < 0) or np.any(probabilities > 1):
            raise ValueError(
                "Expected probabilities from 0 to 1. Received: "
                f"{np.nanmin(probabilities)} to {np.nanmax(probabilities)}. "
                "Apply a sigmoid to logits."
            )
