"""Metrics for continuous affect (valence, arousal)."""

import keras
from keras import ops

from emoaff.moments import Moments
from emoaff.moments import moments


@keras.saving.register_keras_serializable(package="emoaff")
class Concordance(keras.metrics.Metric):
    """CCC over every labelled frame seen, accumulated across batches.

    With `over="set"` this is the challenge number: one CCC per affect
    dimension over the concatenation of all frames, then their mean. The
    moments of each batch are merged exactly (Chan et al.), so the batches may
    come in any size and order, and long streams far from zero keep their
    digits. With `over="sequence"` it is the mean of one CCC per sequence
    instead, which cannot see differences between sequences; it needs whole
    recordings as sequences to mean anything.

    `keras.metrics.ConcordanceCorrelation` is something else: the mean of
    per-row CCCs, with an epsilon in the denominator.

    Frames whose label is NaN are skipped. A Keras mask is not used.

    Undefined: a dimension is NaN without a labelled frame, or where labels
    and predictions are constant and equal (the rule of `audmetric`; two
    different constants, or one constant, give 0). The mean is then NaN too.
    With `over="sequence"`, undefined sequences are left out.

    Args:
        dims: Int, the number of affect dimensions. Defaults to `2`.
        dimension: Int, the index of the only dimension to report, or `None`
            for the mean over all. Defaults to `None`.
        over: String, `"set"` or `"sequence"`. Defaults to `"set"`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(..., dims)`, NaN where unlabelled; `(batch, frames, dims)`
            for `over="sequence"`.
        y_pred: As `y_true`.
        sample_weight: Non-negative, of the shape of `y_true` without its last
            axes (`(batch,)` or `(batch, frames)`): weights of the moments.

    Returns:
        A scalar in `[-1, 1]`; `per_dimension()` gives `(dims,)`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = Concordance(dims=1)
    >>> metric.update_state([[0.0], [1.0]], [[0.0], [1.0]])
    >>> metric.update_state([[2.0]], [[1.0]])
    >>> round(float(metric.result()), 4)
    0.6667

    References:
        - [Lin, 1989](https://doi.org/10.2307/2532051)
        - [Chan et al., 1983](https://doi.org/10.1080/00031305.1983.10483115)
    """

    def __init__(
        self,
        dims=2,
        dimension=None,
        over="set",
        name="concordance",
        dtype="float64",
    ):
        super().__init__(name=name, dtype=dtype)
        if dimension is not None and not 0 <= dimension < dims:
            raise ValueError(
                f"`dimension` must be None or in [0, {dims - 1}]. "
                f"Received: dimension={dimension}."
            )
        if over not in ("set", "sequence"):
            raise ValueError(
                f"`over` must be 'set' or 'sequence'. Received: over={over!r}."
            )
        self.dims = dims
        self.dimension = dimension
        self.over = over
        # `over="set"`: the rows of `Moments`, variances and covariance times
        # the count. `over="sequence"`: the number of sequences, the sum of
        # their CCCs. `dtype` is explicit because `add_variable` defaults to
        # floatx, not to the metric's dtype.
        self.state = self.add_variable(
            shape=(6 if over == "set" else 2, dims),
            initializer="zeros",
            dtype=self.dtype,
            name="state",
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.convert_to_tensor(y_true)
        y_pred = ops.convert_to_tensor(y_pred)
        self._check(y_true.shape, y_pred.shape)
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight)
            while len(sample_weight.shape) < len(y_true.shape):
                sample_weight = ops.expand_dims(sample_weight, axis=-1)
        if self.over == "sequence":
            batch = moments(y_true, y_pred, 1, sample_weight, self.dtype)
            defined = ops.cast(batch.spread() > 0, self.dtype)
            total = ops.sum(batch.concordance(), axis=0)
            self.state.assign_add(ops.stack([ops.sum(defined, axis=0), total]))
            return
        axes = tuple(range(len(y_true.shape) - 1))
        batch = moments(y_true, y_pred, axes, sample_weight, self.dtype)
        self.state.assign(_merged(self.state, _as_sums(batch)))

    def per_dimension(self):
        """The CCC of each dimension so far, `(dims,)`, NaN where undefined."""
        if self.over == "sequence":
            count, total = ops.unstack(self.state, axis=0)
            return _or_nan(ops.divide_no_nan(total, count), count > 0)
        count, *rest = ops.unstack(self.state, axis=0)
        means = rest[:2]
        spreads = [ops.divide_no_nan(x, count) for x in rest[2:]]
        total = Moments(count, *means, *spreads)
        return _or_nan(total.concordance(), total.spread() > 0)

    def result(self):
        each = self.per_dimension()
        if self.dimension is None:
            return ops.mean(each)
        return each[self.dimension]

    def get_config(self):
        return {
            **super().get_config(),
            "dims": self.dims,
            "dimension": self.dimension,
            "over": self.over,
        }

    def _check(self, true_shape, pred_shape):
        ranks = (3,) if self.over == "sequence" else (2, 3)
        for shape in (true_shape, pred_shape):
            if len(shape) not in ranks or shape[-1] != self.dims:
                wanted = "(batch, frames, dims)"
                if self.over == "set":
                    wanted = f"(batch, dims) or {wanted}"
                raise ValueError(
                    f"`Concordance` expects {wanted} with dims={self.dims}. "
                    f"Received: y_true.shape={tuple(true_shape)}, "
                    f"y_pred.shape={tuple(pred_shape)}."
                )


def _as_sums(batch):
    n = batch.count
    return ops.stack(
        [
            n,
            batch.mean_true,
            batch.mean_pred,
            n * batch.var_true,
            n * batch.var_pred,
            n * batch.covariance,
        ]
    )


def _merged(a, b):
    """Chan's pairwise update: the sums of two sets of frames as one."""
    n = a[0] + b[0]
    share = ops.divide_no_nan(b[0], n)
    step = b[1:3] - a[1:3]
    means = a[1:3] + step * share
    products = ops.stack([step[0] ** 2, step[1] ** 2, step[0] * step[1]])
    sums = a[3:] + b[3:] + products * (a[0] * share)
    return ops.concatenate([n[None], means, sums], axis=0)


def _or_nan(x, defined):
    return ops.where(defined, x, ops.full_like(x, float("nan")))
