"""Confusion matrix."""

import keras

from emoaff.metrics.confusion_metric import ConfusionMetric


@keras.saving.register_keras_serializable(package="emoaff")
class ConfusionMatrix(ConfusionMetric):
    """Which class was taken for which, over every labelled frame seen.

    For evaluation: the result is a matrix, of which `fit` prints the mean.

    Unlabelled frames are skipped: an index below 0, a row with a NaN or
    without anything over 0, or what a Keras mask on `y_pred` hides. Soft
    labels count as their highest class, the first of several. A NaN score of
    a labelled frame, or an index beyond the classes, makes the result NaN.

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
        `(classes, classes)`, sums of weights (numbers of frames without any);
        rows are labels, columns predictions.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = ConfusionMatrix(num_classes=2)
    >>> metric.update_state([0, 1, -1], [[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]])
    >>> metric.result().numpy().tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """

    def __init__(self, num_classes, name="confusion_matrix", dtype="float64"):
        super().__init__(num_classes, name, dtype)

    def of_matrix(self, matrix):
        return matrix
