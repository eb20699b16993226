"""Cross-entropy of one class per frame, weighted by class."""

import keras
from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.masked_loss import MaskedLoss


@keras.saving.register_keras_serializable(package="emoaff")
class WeightedCrossentropy(MaskedLoss):
    """Categorical cross-entropy with soft targets and class weights.

    A target is a class index or a distribution over classes: one-hot, or the
    shares of the annotators' votes. A distribution weighs what its classes
    weigh on average under it, so that a frame's own best prediction stays its
    target, whatever the weights.

    An index below 0, a row with a NaN and a row of zeros are unlabelled: they
    count for nothing, in value and in gradient, whatever is predicted there,
    and do not dilute the mean. With `reduction="sum_over_batch_size"` the sum
    of the weighted frames is divided by the number of labelled frames. A Keras
    mask of shape `(batch, frames)` on `y_pred` does the same as such labels.
    Nothing labelled gives 0. An index beyond the classes makes the loss
    infinite or NaN.

    Computed in float32 or wider whatever the dtype policy.

    Formula:

    ```
    smooth = (1 - label_smoothing) * y_true + label_smoothing / classes
    loss = -sum(weight * y_true) * sum(smooth * log(p))    # over classes
    ```

    Args:
        class_weights: Non-negative floats, one per class, such as
            `reciprocal_weights(counts)`, or `None` for equal ones. Their sum
            does not divide the loss. Defaults to `None`.
        label_smoothing: Float in `[0, 1)`. Defaults to `0.0`.
        from_logits: Whether `y_pred` holds logits. If not, it holds
            probabilities, clipped below at Keras's epsilon (1e-7) before the
            logarithm. Defaults to `True`.
        reduction: See `keras.losses.Loss`.
        name: String, the loss name.
        dtype: See `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, ..., classes)`, rows that sum to 1, or `(batch, ...)`,
            class indices.
        y_pred: `(batch, ..., classes)`.
        sample_weight: `(batch,)` or `(batch, frames)`.

    Returns:
        Non-negative, `y_pred`'s shape without its last axis before reduction.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> loss = WeightedCrossentropy()
    >>> round(float(loss([1, -1], [[0.0, 0.0], [5.0, 0.0]])), 4)  # log(2)
    0.6931

    References:
        - [Müller et al., 2019](https://arxiv.org/abs/1906.02629), label
          smoothing
    """

    def __init__(
        self,
        class_weights=None,
        label_smoothing=0.0,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="weighted_crossentropy",
        dtype=None,
    ):
        super().__init__(class_weights, reduction, name, dtype)
        if not 0.0 <= label_smoothing < 1.0:
            raise ValueError(
                "`label_smoothing` must be in [0, 1). "
                f"Received: label_smoothing={label_smoothing}."
            )
        self.label_smoothing = label_smoothing
        self.from_logits = from_logits

    def values(self, y_true, y_pred):
        if len(y_true.shape) < len(y_pred.shape):
            y_true = _rows(y_true, y_pred.shape[-1])
        # Rows of NaN compare as false; a row with one NaN sums to NaN.
        labelled = ops.sum(y_true, axis=-1, keepdims=True) > 0.0
        target = ops.where(labelled, y_true, 0.0)
        y_pred = ops.where(labelled, y_pred, 1.0)
        weight = ops.sum(self.weights(like=target) * target, axis=-1)
        if self.label_smoothing:
            even = self.label_smoothing / target.shape[-1]
            target = (1.0 - self.label_smoothing) * target + even
        if self.from_logits:
            log_p = ops.log_softmax(y_pred, axis=-1)
        else:
            log_p = ops.log(ops.maximum(y_pred, keras.backend.epsilon()))
        values = -weight * ops.sum(target * log_p, axis=-1)
        return values, ops.squeeze(labelled, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "from_logits": self.from_logits,
        }

    def _accepts(self, true_shape, pred_shape):
        return agree(true_shape, pred_shape) or agree(
            true_shape, pred_shape[:-1]
        )


def _rows(index, classes):
    index = ops.expand_dims(index, axis=-1)
    rows = ops.cast(
        index == ops.arange(classes, dtype=index.dtype), index.dtype
    )
    # All zeros would be an unlabelled frame: a wrong label must not pass.
    return ops.where(index >= classes, float("inf"), rows)
