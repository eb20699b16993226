"""Pearson correlation coefficient of affect dimensions."""

import keras

from emoaff.metrics.moment_metric import MomentMetric


@keras.saving.register_keras_serializable(package="emoaff")
class Pearson(MomentMetric):
    """Pearson's r over every labelled frame seen, accumulated across batches.

    Beside `Concordance`: r sees neither a shift nor a scale, so the gap
    between the two is what centring and scaling could win. Moments are merged
    exactly across batches. `over`, masks, weights and arguments are those of
    `Concordance`.

    Undefined: a dimension is NaN where labels or predictions are constant
    (the rule of `audmetric` and NumPy), or without a labelled frame. The mean
    is then NaN too. With `over="sequence"`, undefined sequences are left out.

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
        sample_weight: Non-negative, `(batch,)` or `(batch, frames)`: weights
            of the moments.

    Returns:
        A scalar in `[-1, 1]`; `per_dimension()` gives `(dims,)`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = Pearson(dims=1)
    >>> metric.update_state([[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]])
    >>> float(metric.result())
    1.0
    """

    def __init__(
        self,
        dims=2,
        dimension=None,
        over="set",
        name="pearson",
        dtype="float64",
    ):
        super().__init__(dims, dimension, over, name, dtype)

    def of_moments(self, totals):
        return totals.correlation(), totals.deviations()
