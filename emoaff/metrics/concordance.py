"""Concordance correlation coefficient, the number of affect challenges."""

import keras

from emoaff.metrics.moment_metric import MomentMetric


@keras.saving.register_keras_serializable(package="emoaff")
class Concordance(MomentMetric):
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

    Frames whose label is NaN, and those that a Keras mask of shape
    `(batch, frames)` on `y_pred` hides, are skipped.

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
        super().__init__(dims, dimension, over, name, dtype)

    def of_moments(self, totals):
        return totals.concordance(), totals.spread()
