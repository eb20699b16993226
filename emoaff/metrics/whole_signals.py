"""The CCC of two whole signals, in NumPy."""

import numpy as np


def compute_ccc(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Computes the concordance correlation coefficient (CCC) of two signals.

    Population moments (Lin, 1989), nothing added to the denominator.
    `emoaff.losses.concordance` is the differentiable one, which is 0 where
    this one is undefined.

    Args:
        truth: `(n,)`, any unit, NaN where unlabelled.
        prediction: `(n,)`, same unit, NaN where nothing was predicted.

    Returns:
        In `[-1, 1]`, over the frames that have both. NaN where undefined:
        fewer than two such frames, or both signals constant and equal. One
        constant signal gives 0. (The rule of `audmetric`.)

    Example:
    >>> round(compute_ccc([0.0, 1.0, 2.0], [0.0, 1.0, 1.0]), 4)
    0.6667

    References:
        - [Lin, 1989](https://doi.org/10.2307/2532051)
    """
    truth = np.asarray(truth, np.float64)
    prediction = np.asarray(prediction, np.float64)
    both = ~(np.isnan(truth) | np.isnan(prediction))
    if np.count_nonzero(both) < 2:
        return float("nan")
    mean_truth, truth = _split(truth[both])
    mean_prediction, prediction = _split(prediction[both])
    bias = (mean_truth - mean_prediction) ** 2
    # No `@`: its threads cost more than they save on a busy machine.
    spread = (truth**2).sum() + (prediction**2).sum() + len(truth) * bias
    if spread == 0.0:
        return float("nan")
    return float(2.0 * (truth * prediction).sum() / spread)


def _split(x):
    # From one of its own values, so that a constant signal spreads exactly 0.
    rest = x - x[0]
    mean = rest.mean()
    return x[0] + mean, rest - mean
