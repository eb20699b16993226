"""Sign agreement of affect dimensions."""

import keras
from keras import ops

from emoaff.metrics.frame_mean_metric import FrameMeanMetric


@keras.saving.register_keras_serializable(package="emoaff")
class SAGR(FrameMeanMetric):
    """Sign agreement: the share of labelled frames with the label's sign.

    Tells pleasant from unpleasant, however large the error is otherwise.

    Zero has a sign of its own, 0, as in the definition (a Kronecker delta of
    two signs): a label of exactly 0 agrees only with a prediction of exactly
    0. Neutral frames labelled 0 thus count as misses for any network.

    `over`, masks, weights and arguments are those of `Concordance`.

    Undefined: a dimension is NaN without a labelled frame, and the mean is
    then NaN too. With `over="sequence"`, undefined sequences are left out.

    Formula:

    ```
    sagr = mean(sign(y_true) == sign(y_pred))
    ```

    Args:
        dims: Int, the number of affect dimensions. Defaults to `2`.
        dimension: Int, the index of the only dimension to report, or `None`
            for the mean over all. Defaults to `None`.
        over: String, `"set"` or `"sequence"`. Defaults to `"set"`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(..., dims)`, NaN where unlabelled; `(batch, frames, dims)`
            for `over="sequence"`. 0 must be the middle of the scale.
        y_pred: As `y_true`.
        sample_weight: Non-negative, `(batch,)` or `(batch, frames)`.

    Returns:
        A scalar in `[0, 1]`; `per_dimension()` gives `(dims,)`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = SAGR(dims=1)
    >>> metric.update_state([[0.5], [-0.5], [0.0]], [[0.1], [0.1], [0.1]])
    >>> round(float(metric.result()), 4)
    0.3333

    References:
        - [Nicolaou et al., 2011](https://doi.org/10.1109/T-AFFC.2011.9)
        - [Mollahosseini et al., 2017](https://arxiv.org/abs/1708.03985)
    """

    def __init__(
        self,
        dims=2,
        dimension=None,
        over="set",
        name="sagr",
        dtype="float64",
    ):
        super().__init__(dims, dimension, over, name, dtype)

    def each(self, y_true, y_pred):
        agree = ops.cast(ops.sign(y_true) == ops.sign(y_pred), self.dtype)
        return ops.where(ops.isnan(y_pred), float("nan"), agree)
