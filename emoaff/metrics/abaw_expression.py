"""Expression score of the ABAW competitions."""

import keras

from emoaff.metrics.confusion_metric import ConfusionMetric
from emoaff.metrics.confusion_metric import compute_accuracy
from emoaff.metrics.confusion_metric import compute_macro_f1


@keras.saving.register_keras_serializable(package="emoaff")
class AbawExpression(ConfusionMetric):
    """Score of the expression track of an ABAW competition (Aff-Wild2).

    Editions 1 and 2 have 7 classes (the label space `aff_wild2_7`) and score
    `0.67 * macro F1 + 0.33 * accuracy`. From the third there are 8
    (`aff_wild2_8`) and the score is macro F1 alone. A class that is neither
    labelled nor predicted has an F1 of 0. Frames labelled -1 are skipped, as
    the rules have it.

    Labels, missing labels and weights are those of `ConfusionMatrix`.
    Undefined: NaN without a labelled frame.

    Args:
        edition: Int, 1 for 2020, 2 for 2021, 3 for 2022 and so on. Defaults
            to `3`.
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
    >>> metric = AbawExpression(edition=3)
    >>> metric.update_state([0, 1, -1], np.eye(8)[[0, 2, 3]])
    >>> float(metric.result())  # one of eight classes is right
    0.125

    References:
        - [Kollias et al., 2020](https://arxiv.org/abs/2001.11409), ABAW 1
        - [Kollias, 2022](https://arxiv.org/abs/2202.10659), ABAW 3
    """

    def __init__(self, edition=3, name="abaw_expression", dtype="float64"):
        if edition < 1:
            raise ValueError(
                "`edition` counts the competitions from 1. "
                f"Received: edition={edition}."
            )
        super().__init__(7 if edition < 3 else 8, name, dtype)
        self.edition = edition

    def of_matrix(self, matrix):
        if self.edition < 3:
            return 0.67 * compute_macro_f1(matrix) + 0.33 * compute_accuracy(
                matrix
            )
        return compute_macro_f1(matrix)

    def get_config(self):
        config = super().get_config()
        del config["num_classes"]
        return {**config, "edition": self.edition}
