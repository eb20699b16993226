"""Sigmoid cross-entropy of several labels at once, weighted by class."""

import keras
from keras import ops

from emoaff.losses.masked_loss import MaskedLoss

_WEIGHT_BY = ("class", "winner", "positive")


@keras.saving.register_keras_serializable(package="emoaff")
class WeightedSigmoidCrossentropy(MaskedLoss):
    """Sigmoid cross-entropy over independent classes, with class weights.

    The loss that Tzirakis et al. pre-train with, on logits. Their Equation (1)
    as printed has lost a minus and would reward confident false positives;
    this is the usual cross-entropy it stands for. Their "weight each sample"
    can be read in three ways, which `weight_by` tells apart:

    - `"class"`: each class's own term is multiplied by its weight.
    - `"winner"`: the whole frame is multiplied by the weight of its winner,
      the class of the highest target. Classes that tie share evenly, so a
      frame that shows nothing has the mean weight of its labelled classes.
    - `"positive"`: only the first term is multiplied, as by TensorFlow's
      `pos_weight`. Rare classes gain recall and lose precision.

    A target that is NaN, or negative as unlabelled action units are stored,
    counts for nothing, in value and in gradient, whatever is predicted there.
    A frame of such targets, or one that a Keras mask of shape
    `(batch, frames)` on `y_pred` hides, does not dilute the mean either: with
    `reduction="sum_over_batch_size"` the sum of the weighted frames is divided
    by the number of labelled frames. Nothing labelled gives 0.

    Computed in float32 or wider whatever the dtype policy.

    Formula:

    ```
    p = sigmoid(y_pred)
    term = -y_true log(p) - (1 - y_true) log(1 - p)
    loss = sum(weight * term) / n            # over the n labelled classes
    ```

    with each logarithm taken as `-softplus` of the logit, which neither
    overflows nor rounds a small loss to 0.

    Args:
        class_weights: Non-negative floats, one per class, such as
            `reciprocal_weights(counts)`, or `None` for equal ones. Their sum
            does not divide the loss. Defaults to `None`.
        weight_by: String, `"class"`, `"winner"` or `"positive"`. Defaults to
            `"class"`.
        reduction: See `keras.losses.Loss`.
        name: String, the loss name.
        dtype: See `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, ..., classes)` in `[0, 1]`, NaN or negative where
            unlabelled.
        y_pred: `(batch, ..., classes)`, logits.
        sample_weight: `(batch,)` or `(batch, frames)`.

    Returns:
        Non-negative, `y_pred`'s shape without its last axis before reduction.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> loss = WeightedSigmoidCrossentropy(class_weights=[1.6, 0.4])
    >>> round(float(loss([[1.0, 0.0]], [[0.0, 0.0]])), 4)  # log(2)
    0.6931

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717), Equation 1
    """

    def __init__(
        self,
        class_weights=None,
        weight_by="class",
        reduction="sum_over_batch_size",
        name="weighted_sigmoid_crossentropy",
        dtype=None,
    ):
        super().__init__(class_weights, reduction, name, dtype)
        if weight_by not in _WEIGHT_BY:
            raise ValueError(
                f"`weight_by` must be one of {', '.join(_WEIGHT_BY)}. "
                f"Received: weight_by={weight_by!r}."
            )
        self.weight_by = weight_by

    def values(self, y_true, y_pred):
        known = y_true >= 0.0  # NaN is not
        target = ops.where(known, y_true, 0.0)
        logit = ops.where(known, y_pred, 0.0)
        weight = self.weights(like=logit)
        present = target * ops.softplus(-logit)
        absent = (1.0 - target) * ops.softplus(logit)
        if self.weight_by == "class":
            terms = weight * (present + absent)
        elif self.weight_by == "positive":
            terms = weight * present + absent
        else:
            terms = present + absent
        count = ops.sum(ops.cast(known, terms.dtype), axis=-1)
        total = ops.sum(ops.where(known, terms, 0.0), axis=-1)
        values = ops.divide_no_nan(total, count)
        if self.weight_by == "winner":
            values = values * _find_winner_weight(weight, target, known)
        return values, count > 0

    def get_config(self):
        return {**super().get_config(), "weight_by": self.weight_by}


def _find_winner_weight(weight, target, known):
    highest = ops.max(target, axis=-1, keepdims=True)
    wins = ops.cast(ops.logical_and(known, target == highest), weight.dtype)
    return ops.divide_no_nan(
        ops.sum(wins * weight, axis=-1), ops.sum(wins, axis=-1)
    )
