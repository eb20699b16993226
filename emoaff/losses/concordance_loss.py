"""Losses for continuous affect (valence, arousal)."""

import keras
from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import count_only
from emoaff.losses.frame_shapes import match_frames
from emoaff.losses.moments import moments


def concordance(y_true, y_pred, axis, weight=None):
    """Concordance correlation coefficient (CCC) along `axis`.

    Formula:

    ```
    ccc = 2 cov(t, p) / (var(t) + var(p) + (mean(t) - mean(p))**2)
    ```

    Variances and covariance are population moments (divided by `n`), as in
    Lin (1989). Frames whose label is NaN count for nothing, in value and in
    gradient, whatever is predicted there. Nothing is added to the denominator.

    Args:
        y_true: Labels, in any unit. NaN marks a frame without a label.
        y_pred: Predictions, same shape and unit as `y_true`.
        axis: Int or tuple of ints, the axes to correlate over: `1` for one
            CCC per sequence, `(0, 1)` for one CCC per batch.
        weight: Non-negative weights of the frames, to broadcast against
            `y_true`, or `None` for equal ones. Defaults to `None`.

    Returns:
        The CCC in `[-1, 1]`, shaped as `y_true` without `axis`, in the wider
        dtype of the two signals and at least float32. It is 0, and its
        gradient too, where it is undefined: no labelled frame, or both
        signals constant and equal.

    Raises:
        ValueError: If the two signals differ in shape.

    Example:
    >>> ccc = concordance([[0.0, 1.0, 2.0]], [[0.0, 1.0, 1.0]], axis=1)
    >>> [round(float(value), 4) for value in ccc]
    [0.6667]

    References:
        - [Lin, 1989](https://doi.org/10.2307/2532051)
    """
    return moments(y_true, y_pred, axis, weight).concordance()


@keras.saving.register_keras_serializable(package="emoaff")
class ConcordanceLoss(keras.losses.Loss):
    """`1 - CCC`, averaged over affect dimensions.

    With `over="sequence"` each sequence is correlated over its own frames, as
    in the AVEC baselines, and `sample_weight` of shape `(batch,)` weights
    sequences. With `over="batch"` the frames of all sequences are correlated
    together, as in the code of Tzirakis et al. and of Rangulov and Fahim:
    the result is one number, and `sample_weight`, of shape `(batch,)` or
    `(batch, frames)`, weights the moments. (Keras would multiply the finished
    number, which is another quantity.)

    Unlabelled frames have NaN labels. A Keras mask on `y_pred` of shape
    `(batch, frames)` does the same. What has no label counts for nothing: a
    dimension without any is left out of its sequence's mean over dimensions,
    a sequence without any out of the mean over sequences; with
    `reduction="sum_over_batch_size"` the divisor is the number of sequences
    that have a label, and nothing labelled gives 0. Where there are labels
    but the CCC is undefined, the loss is 1, without a gradient.

    The moments are computed in float32 or wider whatever the dtype policy.

    Formula:

    ```
    loss = 1 - sum(weight * ccc) / sum(weight)    # over labelled dimensions
    ```

    Args:
        over: String, `"sequence"` or `"batch"`. Defaults to `"sequence"`.
        dimension_weights: Sequence of non-negative floats, one per affect
            dimension in the order of the last axis, or `None` for equal ones.
            Only their ratio matters. Defaults to `None`.
        reduction: See `keras.losses.Loss`.
        name: String, the loss name.
        dtype: See `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, frames, dims)`, NaN where unlabelled.
        y_pred: `(batch, frames, dims)`.

    Returns:
        In `[0, 2]`: `(batch,)` before reduction, `(1,)` for `"batch"`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> loss = ConcordanceLoss()
    >>> truth = np.array([[[0.0], [1.0], [2.0]]])  # one sequence of 3 frames
    >>> round(float(loss(truth, np.minimum(truth, 1.0))), 4)  # 1 - 2/3
    0.3333

    References:
        - [Lin, 1989](https://doi.org/10.2307/2532051)
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717)
    """

    def __init__(
        self,
        over="sequence",
        dimension_weights=None,
        reduction="sum_over_batch_size",
        name="concordance_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if over not in ("sequence", "batch"):
            raise ValueError(
                "`over` must be 'sequence' or 'batch'. "
                f"Received: over={over!r}."
            )
        if dimension_weights is not None:
            dimension_weights = tuple(float(w) for w in dimension_weights)
            if min(dimension_weights) < 0 or sum(dimension_weights) <= 0:
                raise ValueError(
                    "`dimension_weights` must be non-negative and not all 0. "
                    f"Received: dimension_weights={dimension_weights}."
                )
        self.over = over
        self.dimension_weights = dimension_weights

    def __call__(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "_keras_mask", None)
        if mask is not None:
            # As NaN labels, since a CCC is no sum that could be masked later.
            y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
            y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
            y_true = _check_signals(y_true, y_pred)
            mask = ops.expand_dims(ops.cast(mask, "bool"), axis=-1)
            y_true = ops.where(mask, y_true, float("nan"))
            y_pred = ops.where(mask, y_pred, ops.zeros_like(y_pred))
        if self.over == "sequence":
            _check_per_sequence(sample_weight, y_pred)
        elif sample_weight is not None:
            # Into `call`, beside the labels, instead of after it.
            y_true, sample_weight = (
                (y_true, _expand_to_frames(sample_weight)),
                None,
            )
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred):
        weight = None
        if isinstance(y_true, tuple):
            y_true, weight = y_true
        y_true = ops.convert_to_tensor(y_true)
        y_pred = ops.convert_to_tensor(y_pred)
        y_true = _check_signals(ops.cast(y_true, y_pred.dtype), y_pred)
        axis = 1 if self.over == "sequence" else (0, 1)
        found = moments(y_true, y_pred, axis, weight)
        ccc = found.concordance()
        labelled = ops.cast(found.count > 0, ccc.dtype)
        share = labelled * self._weights(ccc)
        total = ops.sum(share, axis=-1)
        loss = ops.divide_no_nan(ops.sum(share * (1.0 - ccc), axis=-1), total)
        # One value is a batch of one: Keras leaves scalars unscaled when it
        # distributes.
        loss = ops.reshape(loss, (-1,))
        return count_only(loss, ops.reshape(total > 0, (-1,)), self.reduction)

    def _weights(self, ccc):
        if self.dimension_weights is None:
            return ops.ones((ccc.shape[-1],), dtype=ccc.dtype)
        if len(self.dimension_weights) != ccc.shape[-1]:
            raise ValueError(
                f"`dimension_weights` must have {ccc.shape[-1]} values, one "
                "per affect dimension. "
                f"Received: dimension_weights={self.dimension_weights}."
            )
        return ops.convert_to_tensor(self.dimension_weights, dtype=ccc.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "over": self.over,
            "dimension_weights": self.dimension_weights,
            # `Loss.get_config` drops dtype (Keras 3.15): a reload would be f32.
            "dtype": self.dtype,
        }


def _expand_to_frames(weight):
    weight = ops.convert_to_tensor(weight)
    if len(weight.shape) not in (1, 2):
        raise ValueError(
            "`sample_weight` must have the shape (batch,) or (batch, frames). "
            f"Received: sample_weight.shape={tuple(weight.shape)}."
        )
    while len(weight.shape) < 3:
        weight = ops.expand_dims(weight, axis=-1)
    return weight


def _check_signals(y_true, y_pred):
    """Returns the labels, which have the shape of the predictions."""
    true_shape, pred_shape = tuple(y_true.shape), tuple(y_pred.shape)
    if len(pred_shape) != 3 or not agree(true_shape, pred_shape):
        raise ValueError(
            "`ConcordanceLoss` expects (batch, frames, dims), labels and "
            f"predictions alike. Received: y_true.shape={true_shape}, "
            f"y_pred.shape={pred_shape}."
        )
    return match_frames(y_true, y_pred)


def _check_per_sequence(weight, y_pred):
    if weight is None:
        return
    shape = tuple(ops.convert_to_tensor(weight).shape)
    batch = tuple(ops.convert_to_tensor(y_pred).shape)[:1]
    of_batch = not shape or shape[:1] == (1,) or agree(shape[:1], batch)
    if len(shape) > 2 or shape[1:] not in ((), (1,)) or not of_batch:
        raise ValueError(
            "`sample_weight` must have the shape (batch,), since each sequence "
            f"has one CCC. Received: sample_weight.shape={shape}. Mark frames "
            "to skip with NaN labels, or use over='batch'."
        )
