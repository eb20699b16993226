"""How sure a classifier is, against how often it is right."""

import numpy as np
from scipy import optimize
from scipy import special


def fit_temperature(logits, truth) -> float:
    """The temperature that makes held-out labels most likely.

    Args:
        logits: `(n, classes)`.
        truth: int `(n,)`, class indices.

    Returns:
        A factor in [0.05, 20] to divide logits by; over 1 for a model that was
        too sure of itself.

    References:
        - [Guo et al., 2017](https://arxiv.org/abs/1706.04599), Section 4.2
    """
    logits = np.asarray(logits, np.float64)
    rows = np.arange(len(truth))

    def negative_log_likelihood(log_temperature):
        log_p = special.log_softmax(logits / np.exp(log_temperature), axis=1)
        return -log_p[rows, truth].mean()

    bounds = (np.log(0.05), np.log(20.0))
    best = optimize.minimize_scalar(
        negative_log_likelihood, bounds=bounds, method="bounded"
    )
    return float(np.exp(best.x))


def calibration_error(truth, probabilities, bins: int = 15) -> float:
    """Expected calibration error of the most probable class.

    Pictures are put into `bins` equal intervals of confidence, closed above;
    the error is the mean distance of accuracy and mean confidence over the
    intervals, weighted by their number of pictures.

    Args:
        truth: int `(n,)`, class indices.
        probabilities: `(n, classes)`.
        bins: Number of intervals.

    Returns:
        In `[0, 1]`; NaN where `n` is 0.

    References:
        - [Guo et al., 2017](https://arxiv.org/abs/1706.04599), Equation (3)
    """
    if not len(truth):
        return float("nan")
    probabilities = np.asarray(probabilities, np.float64)
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == np.asarray(truth)
    edges = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    place = np.digitize(confidence, edges, right=True)
    gap = np.bincount(place, weights=hit - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))
