"""Expected calibration error."""

import keras
import numpy as np
from keras import ops

from emoaff.metrics.class_labels import flatten_labels


@keras.saving.register_keras_serializable(package="emoaff")
class ExpectedCalibrationError(keras.metrics.Metric):
    """How far confidence is from accuracy, over every labelled frame seen.

    Frames are put into `bins` equal intervals by the probability of their most
    probable class, closed above; the error is the mean distance of accuracy
    and mean confidence over the intervals, weighted by their number of frames.
    The same number as `emoaff.presets.calibration.calibration_error`,
    accumulated across batches.

    Labels, missing labels and weights are those of `ConfusionMatrix`.
    Undefined: NaN without a labelled frame.

    Args:
        bins: Int, the number of intervals. Defaults to `15`.
        from_logits: Whether `y_pred` holds logits, to go through a softmax,
            instead of probabilities. Defaults to `False`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(batch, ...)`, class indices, or `(batch, ..., classes)`,
            one-hot or shares of votes.
        y_pred: `(batch, ..., classes)`.
        sample_weight: `(batch,)` or the shape of the frames.

    Returns:
        A scalar in `[0, 1]`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = ExpectedCalibrationError()
    >>> metric.update_state([0, 1], [[0.75, 0.25], [0.75, 0.25]])
    >>> float(metric.result())  # 0.75 sure, right in 0.5
    0.25

    References:
        - [Guo et al., 2017](https://arxiv.org/abs/1706.04599), Equation (3)
    """

    def __init__(
        self,
        bins=15,
        from_logits=False,
        name="expected_calibration_error",
        dtype="float64",
    ):
        super().__init__(name=name, dtype=dtype)
        if bins < 1:
            raise ValueError(
                f"`bins` must be at least 1. Received: bins={bins}."
            )
        self.bins = bins
        self.from_logits = from_logits
        # Rows: frames, and hits minus confidence.
        self.state = self.add_variable(
            shape=(2, bins), initializer="zeros", dtype=self.dtype, name="state"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        label, scores, weight = flatten_labels(
            y_true, y_pred, sample_weight, self.dtype
        )
        if self.from_logits:
            scores = ops.softmax(scores, axis=-1)
        confidence = ops.max(scores, axis=-1)
        answer = ops.cast(ops.argmax(scores, axis=-1), label.dtype)
        gap = ops.cast(answer == label, self.dtype) - confidence
        # NaN scores are where the weight is 0 or, to be seen, NaN.
        gap = ops.where(weight == 0, 0.0, gap)
        edges = ops.convert_to_tensor(
            np.linspace(0.0, 1.0, self.bins + 1)[1:-1], dtype=self.dtype
        )
        below = ops.cast(confidence[:, None] > edges, "int32")
        place = ops.one_hot(
            ops.sum(below, axis=-1), self.bins, dtype=self.dtype
        )
        pair = ops.stack([weight, weight * gap])
        self.state.assign_add(ops.matmul(pair, place))

    def result(self):
        count, gap = ops.unstack(ops.convert_to_tensor(self.state), axis=0)
        return ops.sum(ops.abs(gap)) / ops.sum(count)

    def get_config(self):
        return {
            **super().get_config(),
            "bins": self.bins,
            "from_logits": self.from_logits,
        }
