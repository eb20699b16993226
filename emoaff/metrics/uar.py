"""Unweighted average recall."""

import keras
from keras import ops

from emoaff.metrics.confusion_metric import ConfusionMetric


@keras.saving.register_keras_serializable(package="emoaff")
class UAR(ConfusionMetric):
    """Unweighted average recall: the mean recall of the classes that occur.

    Also known as balanced accuracy; chance is one over the number of classes,
    however rare some are. A class without a label in the set has no recall and
    is left out of the mean, as by `sklearn.metrics.balanced_accuracy_score`.
    (`audmetric` counts a class that was only predicted as 0.)

    Labels, missing labels and weights are those of `ConfusionMatrix`.
    Undefined: NaN without a labelled frame.

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
        A scalar in `[0, 1]`; `per_class()` gives the recalls `(classes,)`,
        NaN for a class that does not occur.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = UAR(num_classes=3)
    >>> metric.update_state([0, 0, 1], [[9, 0, 0], [0, 9, 0], [0, 9, 0]])
    >>> float(metric.result())  # 1/2 and 1; the third class does not occur
    0.75
    """

    def __init__(self, num_classes, name="uar", dtype="float64"):
        super().__init__(num_classes, name, dtype)

    def per_class(self):
        """The recall of each class so far, NaN where it does not occur."""
        matrix = ops.convert_to_tensor(self.matrix)
        return ops.diagonal(matrix) / ops.sum(matrix, axis=1)

    def of_matrix(self, matrix):
        count = ops.sum(matrix, axis=1)
        recall = ops.divide_no_nan(ops.diagonal(matrix), count)
        return ops.sum(recall) / ops.sum(ops.cast(count > 0, matrix.dtype))
