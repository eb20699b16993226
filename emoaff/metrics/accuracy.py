"""Accuracy over labelled frames."""

import keras

from emoaff.metrics.confusion_metric import ConfusionMetric
from emoaff.metrics.confusion_metric import compute_accuracy


@keras.saving.register_keras_serializable(package="emoaff")
class Accuracy(ConfusionMetric):
    """Share of the labelled frames whose highest score is the label.

    Unlike `keras.metrics.CategoricalAccuracy` and its kind it skips frames
    without a label. Labels, missing labels and weights are those of
    `ConfusionMatrix`. Undefined: NaN without a labelled frame.

    Args:
        num_classes: Int, the number of classes.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(batch, ...)`, class indices, or `(batch, ..., classes)`,
            one-hot or shares of votes.
        y_pred: `(batch, ..., classes)`, probabilities or logits.
        sample_weight: `(batch,)` or the shape of the frames.

    Returns:
        A scalar in `[0, 1]`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = Accuracy(num_classes=2)
    >>> metric.update_state([0, 1, -1], [[9, 0], [9, 0], [9, 0]])
    >>> float(metric.result())
    0.5
    """

    def __init__(self, num_classes, name="accuracy", dtype="float64"):
        super().__init__(num_classes, name, dtype)

    def of_matrix(self, matrix):
        return compute_accuracy(matrix)
