"""Base class of metrics that average one number per frame."""

from keras import ops

from emoaff.metrics.affect_metric import AffectMetric


class FrameMeanMetric(AffectMetric):
    """Base of metrics that average a number per labelled frame.

    The state holds the sum of the weights and of the weighted numbers.
    Subclasses give `each`, and `value` where it is more than the mean.
    """

    rows = 2

    def each(self, y_true, y_pred):
        """The number of each frame, of any value where the label is NaN."""
        raise NotImplementedError

    def summary(self, y_true, y_pred, axis, weight):
        w = ops.cast(ops.logical_not(ops.isnan(y_true)), self.dtype)
        if weight is not None:
            w = w * weight
        # `where`, not `w *`: 0 * NaN is NaN.
        each = ops.where(w > 0, self.each(y_true, y_pred), 0.0)
        return ops.stack([ops.sum(w, axis=axis), ops.sum(w * each, axis=axis)])

    def value(self, summary):
        count, total = ops.unstack(summary, axis=0)
        return total / count
