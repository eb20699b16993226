"""Base class of metrics computed from a streaming confusion matrix."""

import keras
from keras import ops

from emoaff.metrics.class_labels import flatten_labels


class ConfusionMetric(keras.metrics.Metric):
    """Base of metrics that are a function of the confusion matrix.

    Counts add up exactly, so batches may come in any size and order.
    Subclasses give `of_matrix`.

    Args:
        num_classes: Int, the number of classes.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`.
    """

    def __init__(self, num_classes, name, dtype):
        super().__init__(name=name, dtype=dtype)
        if num_classes < 2:
            raise ValueError(
                "`num_classes` must be at least 2. "
                f"Received: num_classes={num_classes}."
            )
        self.num_classes = num_classes
        # `add_variable` defaults to floatx, not to the metric's dtype.
        self.matrix = self.add_variable(
            shape=(num_classes, num_classes),
            initializer="zeros",
            dtype=self.dtype,
            name="matrix",
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        label, scores, weight = flatten_labels(
            y_true, y_pred, sample_weight, self.dtype
        )
        if scores.shape[-1] != self.num_classes:
            raise ValueError(
                f"`{type(self).__name__}` expects scores of "
                f"num_classes={self.num_classes} classes. "
                f"Received: {scores.shape[-1]} classes."
            )
        label = ops.one_hot(label, self.num_classes, dtype=self.dtype)
        answer = ops.argmax(scores, axis=-1)
        answer = ops.one_hot(answer, self.num_classes, dtype=self.dtype)
        rows = ops.transpose(label * weight[:, None])
        self.matrix.assign_add(ops.matmul(rows, answer))

    def of_matrix(self, matrix):
        """The metric of a matrix of counts, rows labels, columns answers."""
        raise NotImplementedError

    def result(self):
        # A copy: Keras 3.9 would hand out the variable, which goes on counting.
        return self.of_matrix(ops.copy(self.matrix))

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}


def compute_accuracy(matrix):
    """Share of the diagonal; NaN without a labelled frame."""
    return ops.sum(ops.diagonal(matrix)) / ops.sum(matrix)


def compute_macro_f1(matrix, classes="all"):
    """Mean F1 of the classes, see `MacroF1`; NaN without a labelled frame."""
    given = ops.sum(matrix, axis=1) + ops.sum(matrix, axis=0)
    f1 = ops.divide_no_nan(2.0 * ops.diagonal(matrix), given)
    if classes == "present":
        count = ops.sum(ops.cast(given > 0, matrix.dtype))
    else:
        # 0 / 0 where nothing was seen.
        count = matrix.shape[0] * ops.cast(ops.any(given > 0), matrix.dtype)
    return ops.sum(f1) / count
