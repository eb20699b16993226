"""Base class of the metrics of correlation."""

from keras import ops

from emoaff.losses.moments import Moments
from emoaff.losses.moments import merge_states
from emoaff.losses.moments import moments
from emoaff.metrics.affect_metric import AffectMetric


class MomentMetric(AffectMetric):
    """Base of metrics that are a function of first and second moments.

    The state holds `Moments.to_state`. Subclasses give `of_moments`.
    """

    rows = 11

    def summary(self, y_true, y_pred, axis, weight):
        return moments(y_true, y_pred, axis, weight, self.dtype).to_state()

    def merged(self, a, b):
        return merge_states(a, b)

    def value(self, summary):
        value, spread = self.of_moments(Moments.from_state(summary))
        return ops.where(spread > 0, value, float("nan"))

    def of_moments(self, totals):
        """The metric and its denominator, 0 where it is undefined."""
        raise NotImplementedError
