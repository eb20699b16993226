"""Base class of the metrics of affect dimensions."""

import keras
from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import expand_to_frames
from emoaff.losses.frame_shapes import match_frames


class AffectMetric(keras.metrics.Metric):
    """Base of metrics of `(..., dims)` labels, accumulated across batches.

    A subclass says what it keeps of a set of frames (`rows` numbers per
    dimension), how two such sets merge, and the metric's value for one.

    Args:
        dims: Int, the number of affect dimensions.
        dimension: Int, the index of the only dimension to report, or `None`
            for the mean over all.
        over: String, `"set"` or `"sequence"`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`.
    """

    rows = None

    def __init__(self, dims, dimension, over, name, dtype):
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
        # `over="sequence"` keeps the number of sequences and the sum of their
        # values. `dtype` is explicit because `add_variable` defaults to
        # floatx, not to the metric's dtype.
        self.state = self.add_variable(
            shape=(self.rows if over == "set" else 2, dims),
            initializer="zeros",
            dtype=self.dtype,
            name="state",
        )

    def summary(self, y_true, y_pred, axis, weight):
        """Summarises the frames along `axis`, as `(rows, ..., dims)`."""
        raise NotImplementedError

    def merged(self, a, b):
        """The summary of two sets of frames as one."""
        return a + b

    def value(self, summary):
        """The metric of a summary, `(..., dims)`, NaN where undefined."""
        raise NotImplementedError

    def update_state(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "_keras_mask", None)
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        self._check(y_true.shape, y_pred.shape)
        y_true = match_frames(y_true, y_pred)
        if mask is not None:
            mask = ops.expand_dims(ops.cast(mask, "bool"), axis=-1)
            y_true = ops.where(mask, y_true, float("nan"))
        if sample_weight is not None:
            weight = expand_to_frames(sample_weight, tuple(y_true.shape)[:-1])
            sample_weight = ops.cast(weight, self.dtype)[..., None]
        if self.over == "sequence":
            sequences = self.summary(y_true, y_pred, 1, sample_weight)
            self.state.assign_add(self._sum_defined(sequences))
            return
        axes = tuple(range(len(y_true.shape) - 1))
        batch = self.summary(y_true, y_pred, axes, sample_weight)
        self.state.assign(self.merged(ops.convert_to_tensor(self.state), batch))

    def per_dimension(self):
        """The metric of each dimension so far, `(dims,)`, NaN if undefined."""
        state = ops.convert_to_tensor(self.state)
        if self.over == "set":
            return self.value(state)
        count, total = ops.unstack(state, axis=0)
        return total / count

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

    def _sum_defined(self, sequences):
        each = self.value(sequences)
        # A NaN that was predicted is no missing label: it must show.
        broken = ops.any(ops.isnan(sequences), axis=0)
        counts = ops.logical_or(broken, ops.logical_not(ops.isnan(each)))
        total = ops.sum(ops.where(counts, each, 0.0), axis=0)
        count = ops.sum(ops.cast(counts, self.dtype), axis=0)
        return ops.stack([count, total])

    def _check(self, true_shape, pred_shape):
        ranks = (3,) if self.over == "sequence" else (2, 3)
        for shape in (true_shape, pred_shape):
            if (
                not agree(shape, true_shape)
                or len(shape) not in ranks
                or shape[-1] != self.dims
            ):
                wanted = "(batch, frames, dims)"
                if self.over == "set":
                    wanted = f"(batch, dims) or {wanted}"
                raise ValueError(
                    f"`{type(self).__name__}` expects {wanted} with "
                    f"dims={self.dims}. "
                    f"Received: y_true.shape={tuple(true_shape)}, "
                    f"y_pred.shape={tuple(pred_shape)}."
                )
