"""Root mean squared error of affect dimensions."""

import keras
from keras import ops

from emoaff.metrics.frame_mean_metric import FrameMeanMetric


@keras.saving.register_keras_serializable(package="emoaff")
class AffectRMSE(FrameMeanMetric):
    """Root mean squared error over every labelled frame seen.

    The squared error is averaged over frames, dividing by their number, and
    the root is taken once at the end, per dimension. `over`, masks, weights
    and arguments are those of `Concordance`.
    `keras.metrics.RootMeanSquaredError` has no rule for missing labels and
    takes one root over all dimensions.

    Undefined: a dimension is NaN without a labelled frame, and the mean is
    then NaN too. With `over="sequence"`, undefined sequences are left out.

    Args:
        dims: Int, the number of affect dimensions. Defaults to `2`.
        dimension: Int, the index of the only dimension to report, or `None`
            for the mean over all. Defaults to `None`.
        over: String, `"set"` or `"sequence"` (the mean of one error per
            sequence). Defaults to `"set"`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(..., dims)`, NaN where unlabelled; `(batch, frames, dims)`
            for `over="sequence"`.
        y_pred: As `y_true`.
        sample_weight: Non-negative, `(batch,)` or `(batch, frames)`.

    Returns:
        A non-negative scalar in the unit of the labels; `per_dimension()`
        gives `(dims,)`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = AffectRMSE(dims=1)
    >>> metric.update_state([[0.0], [0.0]], [[0.0], [2.0]])
    >>> round(float(metric.result()), 4)
    1.4142
    """

    def __init__(
        self,
        dims=2,
        dimension=None,
        over="set",
        name="rmse",
        dtype="float64",
    ):
        super().__init__(dims, dimension, over, name, dtype)

    def each(self, y_true, y_pred):
        return ops.square(y_true - y_pred)

    def value(self, summary):
        return ops.sqrt(super().value(summary))
