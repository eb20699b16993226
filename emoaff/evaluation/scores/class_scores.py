"""Scores of expressions, one class a frame, over whole recordings."""

from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.scores.measured import Measured
from emoaff.evaluation.scores.recording_scores import RecordingScores
from emoaff.evaluation.scores.score_table import ScoreTable
from emoaff.presets.calibration import calibration_error

# As scikit-learn clips: a probability of 0 would make one frame decide.
_LEAST = np.finfo(np.float64).eps


class ClassScores(RecordingScores):
    """Scores class probabilities against one label per frame.

    Measures:

    - `accuracy`: share of frames whose most probable class is the label.
    - `uar`: unweighted average recall, over the classes that occur.
    - `macro_f1`: mean F1 over all classes; a class that neither occurs nor is
      predicted counts 0 (scikit-learn's `zero_division=0`).
    - `weighted_f1`: mean F1 weighted by how often the class occurs.
    - `abaw_1_2`: `0.67 macro_f1 + 0.33 accuracy`, the ABAW challenges of 2020
      and 2021; `abaw_3_on`: `macro_f1`, those since 2022.
    - `log_loss`: mean negative natural logarithm of the label's probability,
      probabilities below 2.2e-16 counted as that.
    - `recall`, `precision`, `f1` of each class, NaN where 0/0.
    - `calibration_error`: expected calibration error, 15 equal bins. It has
      no interval, since resampling biases it upwards.

    Frames without a label or without a prediction are left out and counted:
    `coverage()`. All is NaN without a scored frame.

    Args:
        truth: int `(n,)`, class indices, -1 where unlabelled.
        probabilities: float `(n, classes)`, rows sum to 1; a row with NaN is a
            frame without a prediction.
        recording: int `(n,)`, the recording of each frame, from 0.
        classes: Class names in order.
        recordings: Number of recordings, or `None` for the highest number in
            `recording` plus 1.

    Raises:
        ValueError: If shapes disagree, a label is no class index or a row no
            distribution.

    Example:
    >>> probabilities = np.eye(2)[[0, 0, 1, 1]]
    >>> truth = np.array([0, 0, 1, 0])
    >>> scores = ClassScores(truth, probabilities, np.zeros(4, int), "ab")
    >>> scores.table().value("accuracy")
    0.75
    """

    recording_measures = ("accuracy", "uar", "macro_f1")

    def __init__(
        self,
        truth: np.ndarray,
        probabilities: np.ndarray,
        recording: np.ndarray,
        classes: Sequence[str],
        recordings: int | None = None,
    ):
        super().__init__(recording, recordings)
        self.classes = tuple(classes)
        self.width = len(self.classes) ** 2
        truth = np.asarray(truth)
        probabilities = np.asarray(probabilities, np.float64)
        self._check(truth, probabilities)
        unlabelled = truth < 0
        absent = np.isnan(probabilities).any(axis=1) & ~unlabelled
        self._left_out = int(unlabelled.sum()), int(absent.sum())
        scored = ~(unlabelled | absent)
        self._truth = truth[scored].astype(np.int64)
        self._probabilities = probabilities[scored]
        self._of_frame = self.recording[scored]
        self._confusion = self._count_confusions()
        of_truth = self._probabilities[np.arange(scored.sum()), self._truth]
        self._surprise = np.bincount(
            self._of_frame,
            -np.log(np.clip(of_truth, _LEAST, 1.0)),
            self.recordings,
        )

    @property
    def confusion(self) -> np.ndarray:
        """int64 `(classes, classes)`: rows are labels, columns predictions."""
        return self._confusion.sum(axis=0)

    def measured(
        self, times: np.ndarray, members: np.ndarray
    ) -> list[Measured]:
        size = len(self.classes)
        # In floats, whose matrix product is the fast one; exact to 2**53.
        times = times.astype(np.float64)
        flat = self._confusion[members].reshape(len(members), size * size)
        merged = times @ flat.astype(np.float64)
        merged = merged.reshape(len(times), size, size)
        right = np.einsum("sii->si", merged)
        count = merged.sum(axis=2)
        n = count.sum(axis=1)
        recall = _ratio(right, count)
        precision = _ratio(right, merged.sum(axis=1))
        f1 = _ratio(2 * right, count + merged.sum(axis=1))
        accuracy = _ratio(right.sum(axis=1), n)
        occurring = (count > 0).sum(axis=1)
        macro = np.where(n > 0, np.nan_to_num(f1).mean(axis=1), np.nan)
        weighted = (count * np.nan_to_num(f1)).sum(axis=1)
        overall = {
            "accuracy": accuracy,
            "uar": _ratio(np.nan_to_num(recall).sum(axis=1), occurring),
            "macro_f1": macro,
            "weighted_f1": _ratio(weighted, n),
            "abaw_1_2": 0.67 * macro + 0.33 * accuracy,
            "abaw_3_on": macro,
            "log_loss": _ratio(times @ self._surprise[members], n),
        }
        per_class = {"recall": recall, "precision": precision, "f1": f1}
        return [
            Measured(name, "", values, n) for name, values in overall.items()
        ] + [
            Measured(name, of, values[:, c], count[:, c])
            for name, values in per_class.items()
            for c, of in enumerate(self.classes)
        ]

    def measured_once(self, members: np.ndarray) -> list[Measured]:
        chosen = np.isin(self._of_frame, members)
        error = calibration_error(
            self._truth[chosen], self._probabilities[chosen]
        )
        values, n = np.array([error]), np.array([chosen.sum()])
        return [Measured("calibration_error", "", values, n)]

    def calibration_error(self, balanced: bool = False) -> float:
        """Returns the expected calibration error over all scored frames.

        Args:
            balanced: Whether each class that occurs counts the same, as where
                all are equally likely; otherwise each frame does.
        """
        weights = self._weights() if balanced else None
        return calibration_error(
            self._truth, self._probabilities, weights=weights
        )

    def confidence(self, balanced: bool = False) -> float:
        """Returns the mean probability of the most probable class.

        Args:
            balanced: See `calibration_error`.

        Returns:
            In `[0, 1]`; NaN without a scored frame.
        """
        if not len(self._truth):
            return float("nan")
        weights = self._weights() if balanced else None
        surest = self._probabilities.max(axis=1)
        return float(np.average(surest, weights=weights))

    def _weights(self):
        counts = np.bincount(self._truth, minlength=len(self.classes))
        return 1.0 / counts[self._truth]

    def coverage(self) -> dict:
        """Counts frames scored, unlabelled, and without a prediction."""
        unlabelled, absent = self._left_out
        return {
            "frames": {
                "scored": len(self._truth),
                "unlabelled": unlabelled,
                "without prediction": absent,
            }
        }

    def table(self, bootstrap=None, subject=None, facts=None) -> ScoreTable:
        """Returns the scores over the set, with the confusion matrix.

        Args:
            bootstrap: See `RecordingScores.table`.
            subject: See `RecordingScores.table`.
            facts: See `RecordingScores.table`.

        Returns:
            The table.
        """
        table = super().table(bootstrap, subject, facts)
        counts = self.confusion.tolist()
        confusion = {"classes": list(self.classes), "counts": counts}
        return ScoreTable(table.rows, table.facts, confusion)

    def _count_confusions(self):
        size = len(self.classes)
        predicted = self._probabilities.argmax(axis=1)
        cell = (self._of_frame * size + self._truth) * size + predicted
        counts = np.bincount(cell, minlength=self.recordings * size * size)
        return counts.reshape(self.recordings, size, size)

    def _check(self, truth, probabilities):
        frames, size = len(self.recording), len(self.classes)
        if truth.shape != (frames,) or probabilities.shape != (frames, size):
            raise ValueError(
                f"Expected {frames} labels and probabilities of shape "
                f"{(frames, size)}. Received: truth.shape={truth.shape}, "
                f"probabilities.shape={probabilities.shape}."
            )
        whole = np.issubdtype(truth.dtype, np.integer)
        if frames and not (whole and truth.min() >= -1 and truth.max() < size):
            raise ValueError(
                f"Expected class indices from 0 to {size - 1}, or -1. "
                f"Received: truth from {truth.min()} to {truth.max()}, "
                f"dtype={truth.dtype}."
            )
        sums = probabilities.sum(axis=1)
        # Wide enough for float16 outputs, narrow enough to catch logits.
        if np.any(np.abs(sums - 1) > 1e-2) or np.any(probabilities < 0):
            raise ValueError(
                "Expected rows of probabilities from 0 to 1 that sum to 1. "
                f"Received: probabilities from {np.nanmin(probabilities)}, "
                f"sums from {np.nanmin(sums)} to {np.nanmax(sums)}. "
                "Apply a softmax to logits."
            )


def _ratio(x, y):
    return np.divide(x, y, out=np.full(np.shape(x), np.nan), where=y > 0)
