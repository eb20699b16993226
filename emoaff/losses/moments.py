"""Moments of pairs of signals, and the concordance they give."""

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from emoaff.losses.frame_shapes import match_frames


@dataclasses.dataclass(frozen=True)
class Moments:
    """Population moments of labels `t` and predictions `p` over some axes.

    Args:
        count: Sum of the weights; the number of labelled frames without any.
        mean_true: Mean of the labels, 0 where `count` is 0.
        mean_pred: Mean of the predictions at labelled frames.
        var_true: Variance of the labels (divided by `count`).
        var_pred: Variance of the predictions.
        covariance: Covariance of the two.
    """

    count: Any
    mean_true: Any
    mean_pred: Any
    var_true: Any
    var_pred: Any
    covariance: Any

    def concordance(self):
        """The CCC; 0 where it is undefined, with a gradient of 0."""
        return ops.divide_no_nan(2.0 * self.covariance, self.spread())

    def spread(self):
        """The denominator of the CCC; 0 where the CCC is undefined."""
        bias = ops.square(self.mean_true - self.mean_pred)
        return self.var_true + self.var_pred + bias

    def correlation(self):
        """Pearson's r; 0 where it is undefined."""
        r = ops.divide_no_nan(self.covariance, self.deviations())
        return ops.clip(r, -1.0, 1.0)

    def deviations(self):
        """The denominator of Pearson's r; 0 where it is undefined."""
        return ops.sqrt(self.var_true) * ops.sqrt(self.var_pred)

    def to_state(self):
        """All of it as one tensor `(11, ...)`, for `merge_states`.

        The rows are count, two means, and two variances and the covariance
        times the count; then what makes them add up, see `_between`.
        """
        n = self.count
        means = ops.stack([self.mean_true, self.mean_pred])
        inner = ops.stack([self.var_true, self.var_pred, self.covariance])
        return ops.concatenate([n[None], means, n * inner, _between(n, means)])

    @classmethod
    def from_state(cls, state):
        """The moments whose `to_state` is `state`.

        States of disjoint sets of frames may also have been added up, as
        `tf.distribute` does with those of its replicas.
        """
        # Means, rows 1 and 2, are not read: sums of them say nothing. `inner`
        # `(3, ...)` are sums of squares and products about each set's own
        # means, `first` `(2, ...)` and `outer` `(3, ...)` what `_between` made.
        n, inner, first, outer = state[0], state[3:6], state[6:8], state[8:]
        means = ops.divide_no_nan(first, n)
        # What the means of the sets add by differing. Of one set it is
        # rounding alone, which must not turn a constant signal into one that
        # varies.
        between = outer - _between(n, means)[2:]
        size = ops.sqrt(outer[0]) * ops.sqrt(outer[1])
        size = ops.stack([outer[0], outer[1], size])
        rounding = 64 * np.finfo(keras.backend.standardize_dtype(n.dtype)).eps
        real = ops.abs(between) > rounding * size
        second = ops.divide_no_nan(inner + ops.where(real, between, 0.0), n)
        return cls(n, *ops.unstack(ops.concatenate([means, second]), axis=0))


def moments(y_true, y_pred, axis, weight=None, dtype=None):
    """Computes the moments of labels and predictions along `axis`.

    Frames whose label is NaN count for nothing, in value and in gradient,
    whatever is predicted there.

    The variance of a constant signal is exactly 0: each signal is first moved
    by one of its own values, which also keeps the digits of signals far from
    zero.

    Args:
        y_true: Labels, NaN where a frame has none.
        y_pred: Predictions, same shape.
        axis: Int or tuple of ints, the axes to reduce.
        weight: Non-negative weights that broadcast against `y_true`, or
            `None` for equal ones.
        dtype: String, what to compute in. Defaults to the wider dtype of the
            two signals, at least float32.

    Returns:
        `Moments`, each tensor shaped as `y_true` without `axis`.

    Raises:
        ValueError: If the two signals differ in shape.
    """
    y_true = ops.convert_to_tensor(y_true)
    y_pred = ops.convert_to_tensor(y_pred)
    if dtype is None:
        dtype = keras.backend.result_type(y_true.dtype, y_pred.dtype, "float32")
    y_true, y_pred = ops.cast(y_true, dtype), ops.cast(y_pred, dtype)
    if len(y_true.shape) != len(y_pred.shape):
        raise ValueError(
            "Expected labels and predictions of one shape. Received: "
            f"y_true.shape={tuple(y_true.shape)}, "
            f"y_pred.shape={tuple(y_pred.shape)}."
        )
    y_true = match_frames(y_true, y_pred)

    w = ops.cast(ops.logical_not(ops.isnan(y_true)), dtype)
    if weight is not None:
        w = w * ops.cast(weight, dtype)
    counted = w > 0
    count = ops.sum(w, axis=axis, keepdims=True)

    def mean(x):
        return ops.divide_no_nan(
            ops.sum(w * x, axis=axis, keepdims=True), count
        )

    def split(x):
        # Into mean and rest. `where`, not `w *`: 0 * NaN is NaN, and so is
        # its gradient.
        low = ops.min(ops.where(counted, x, np.inf), axis=axis, keepdims=True)
        low = ops.stop_gradient(ops.where(count > 0, low, 0.0))
        x = ops.where(counted, x - low, 0.0)
        return low + mean(x), x - mean(x)

    mean_true, d_true = split(y_true)
    mean_pred, d_pred = split(y_pred)
    terms = (
        count,
        mean_true,
        mean_pred,
        mean(ops.square(d_true)),
        mean(ops.square(d_pred)),
        mean(d_true * d_pred),
    )
    return Moments(*(ops.squeeze(x, axis=axis) for x in terms))


def merge_states(a, b):
    """The `Moments.to_state` of two sets of frames as that of their union.

    Keeps the digits of long streams far from zero, where sums of squares
    would not.

    References:
        - [Chan et al., 1983](https://doi.org/10.1080/00031305.1983.10483115)
    """
    n = a[0] + b[0]
    share = ops.divide_no_nan(b[0], n)
    step = b[1:3] - a[1:3]
    means = a[1:3] + step * share
    # Each about its own means; moving both to the common one adds the squared
    # step, n_a n_b / n times.
    inner = a[3:6] + b[3:6] + _multiply_pairs(step) * (a[0] * share)
    return ops.concatenate([n[None], means, inner, _between(n, means)])


def _between(n, means):
    # Sums over frames of the means and of their products: unlike means and
    # variances, they may be added over sets.
    return ops.concatenate([n * means, n * _multiply_pairs(means)])


def _multiply_pairs(pair):
    return ops.stack([pair[0] ** 2, pair[1] ** 2, pair[0] * pair[1]])
