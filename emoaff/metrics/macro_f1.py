"""Macro F1."""

import keras

from emoaff.metrics.confusion_metric import ConfusionMetric
from emoaff.metrics.confusion_metric import compute_macro_f1


@keras.saving.register_keras_serializable(package="emoaff")
class MacroF1(ConfusionMetric):
    """Macro F1: the unweighted mean of each class's F1.

    A class that is never both labelled and predicted has an F1 of 0 (scikit
    learn's `zero_division=0`). What of a class that is neither? With
    `classes="all"` it counts as 0, so a split that lacks a class cannot reach
    1. With `classes="present"` it is left out, which is what
    `sklearn.metrics.f1_score` does without its argument `labels`.

    Labels, missing labels and weights are those of `ConfusionMatrix`.
    Undefined: NaN without a labelled frame.

    Formula:

    ```
    f1 = 2 * tp / (2 * tp + fp + fn)
    ```

    Args:
        num_classes: Int, the number of classes.
        classes: String, `"all"` or `"present"`. Defaults to `"all"`.
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
    >>> metric = MacroF1(num_classes=2)
    >>> metric.update_state([0, 0, 1], [[9, 0], [0, 9], [0, 9]])
    >>> round(float(metric.result()), 4)  # 2/3 and 2/3
    0.6667
    """

    def __init__(
        self, num_classes, classes="all", name="macro_f1", dtype="float64"
    ):
        super().__init__(num_classes, name, dtype)
        if classes not in ("all", "present"):
            raise ValueError(
                "`classes` must be 'all' or 'present'. "
                f"Received: classes={classes!r}."
            )
        self.classes = classes

    def of_matrix(self, matrix):
        return compute_macro_f1(matrix, self.classes)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}
