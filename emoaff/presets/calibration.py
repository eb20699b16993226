"""How sure a classifier is, against how often it is right."""

import dataclasses

import numpy as np
from scipy import optimize
from scipy import special

_LEAST_LOG = -50.0
_SHARPNESS_SPREAD = 0.2  # of its logarithm, before any picture is seen


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Turns a classifier's logits into calibrated probabilities.

    Args:
        temperature: Divides the logits, after `prior_share` is at work.
        prior_share: How much of `log_shares` is added to the logits. 0 leaves
            the classes as often as in training, 1 would make up for classes
            drawn equally often.
        log_shares: `(classes,)`, logarithms of how often each class really is.
        fitted_on: Pictures that it was fitted on.
        kept: Of the likeliest `prior_share`, how much was used.
        sharpness: How much surer of itself it is than it may be where the
            classes are equally frequent; see `fit_sharpness`.
        pooling: How much each place of the image model's last map counts, rows
            of numbers that sum to 1; `None` for all alike.

    References:
        - [Saerens et al., 2002](https://doi.org/10.1162/089976602753284446)
    """

    temperature: float
    prior_share: float
    log_shares: tuple[float, ...]
    fitted_on: int
    kept: float = 1.0
    sharpness: float = 1.0
    pooling: tuple[tuple[float, ...], ...] | None = None

    @property
    def offset(self) -> np.ndarray:
        """`(classes,)`, added to logits before they are divided."""
        return self.prior_share * np.array(self.log_shares)

    def probabilities(self, logits) -> np.ndarray:
        """Returns float64 `(n, classes)`, rows sum to 1.

        Args:
            logits: `(n, classes)`.
        """
        logits = np.asarray(logits, np.float64) + self.offset
        return special.softmax(logits / self.temperature, axis=1)

    def find_prior(self, counts) -> np.ndarray:
        """Finds the class shares for which the probabilities hold.

        Where less of the prior is kept than is likeliest, they are flatter
        than those of the labels that it was fitted on.

        Args:
            counts: `(classes,)`, how often each class occurs, in any unit.

        Returns:
            float64 `(classes,)`, sums to 1; 0 where `counts` is 0.
        """
        fitted = self.prior_share / self.kept
        missing = self.offset - fitted * np.array(self.log_shares)
        with np.errstate(divide="ignore"):
            logs = np.log(counts)
        return special.softmax(logs + missing / self.temperature)


def fit_calibration(
    logits, truth, counts=None, kept=1.0, independent=None
) -> Calibration:
    """Finds what makes held-out labels most likely.

    Args:
        logits: `(n, classes)`.
        truth: int `(n,)`, class indices.
        counts: `(classes,)`, how often each class occurs where the model was
            trained, 0 counting as 1; `None` fits the temperature only.
        kept: How much of the likeliest `prior_share` is used; below 1 favours
            rare classes.
        independent: See `fit_temperature`.

    Returns:
        The calibration; its `prior_share` is in [0, 1].
    """
    if counts is None:
        temperature = fit_temperature(logits, truth, independent)
        logits = np.asarray(logits)
        none = (0.0,) * logits.shape[1]
        return Calibration(temperature, 0.0, none, len(truth))
    counts = np.maximum(counts, 1)
    log_shares = np.log(counts / counts.sum())

    def fitted(prior_share):
        shifted = np.asarray(logits, np.float64) + prior_share * log_shares
        temperature = fit_temperature(shifted, truth, independent)
        log_p = special.log_softmax(shifted / temperature, axis=1)
        return -log_p[np.arange(len(truth)), truth].mean(), temperature

    best = optimize.minimize_scalar(
        lambda share: fitted(share)[0], bounds=(0.0, 1.0), method="bounded"
    )
    share = kept * float(best.x)
    return Calibration(
        fitted(share)[1], share, tuple(log_shares.tolist()), len(truth), kept
    )


def fit_temperature(logits, truth, independent=None) -> float:
    """The temperature that makes held-out labels most likely.

    Args:
        logits: `(n, classes)`.
        truth: int `(n,)`, class indices.
        independent: Of how many observations of their own the `n` are, such
            as recordings for frames. A few that are all right would ask for
            endless confidence; with `m` of them a label counts as
            `(m + 1) / (m + 2)` sure. `None` takes labels as sure.

    Returns:
        A factor in [0.05, 20] to divide logits by; over 1 for a model that was
        too sure of itself.

    References:
        - [Guo et al., 2017](https://arxiv.org/abs/1706.04599), Section 4.2
        - [Platt, 1999](https://www.cs.colorado.edu/~mozer/Teaching/syllabi/6622/papers/Platt1999.pdf),
          for `independent`
    """
    logits = np.asarray(logits, np.float64)
    rows = np.arange(len(truth))
    doubt = 0.0 if independent is None else 1.0 / (independent + 2.0)
    others = logits.shape[1] - 1

    def negative_log_likelihood(log_temperature):
        log_p = special.log_softmax(logits / np.exp(log_temperature), axis=1)
        right = log_p[rows, truth]
        if not doubt:
            return -right.mean()
        wrong = (log_p.sum(axis=1) - right) / others
        return -((1.0 - doubt) * right + doubt * wrong).mean()

    bounds = (np.log(0.05), np.log(20.0))
    best = optimize.minimize_scalar(
        negative_log_likelihood, bounds=bounds, method="bounded"
    )
    return float(np.exp(best.x))


def fit_sharpness(probabilities, truth, shares) -> float:
    """Finds how much surer a classifier is than equal classes allow.

    The class shares are divided out of the probabilities, every class counts
    the same, and the temperature is sought that then makes the labels most
    likely. Errors on rare classes hardly count where a temperature is fitted
    to pictures as they come, and much once each class is as frequent.

    A class with few pictures counts as much as the others, so they decide.
    Therefore the factor is held to 1 as a normal prior of its logarithm does,
    of standard deviation 0.2, against as many pictures as the weights leave
    of `n`: the square of their sum over the sum of their squares.

    Args:
        probabilities: `(n, classes)`, rows sum to 1.
        truth: int `(n,)`, class indices.
        shares: `(classes,)`, that the probabilities hold for; over 0 where
            there are labels.

    Returns:
        A factor in [0.5, 2], over 1 for one that is too sure; 1 where `n` is
        0.

    References:
        - Kish, Survey Sampling, 1965, for the pictures that weights leave
    """
    truth = np.asarray(truth)
    if not len(truth):
        return 1.0
    shares = np.asarray(shares, np.float64)
    seen = shares > 0
    with np.errstate(divide="ignore"):
        logits = np.log(np.asarray(probabilities, np.float64)[:, seen])
    logits = np.maximum(logits, _LEAST_LOG) - np.log(shares[seen])
    column = (np.cumsum(seen) - 1)[truth]
    weights = 1 / np.bincount(truth)[truth]
    weights *= weights.sum() / (weights @ weights)

    def negative_log_posterior(log_sharpness):
        log_p = special.log_softmax(logits / np.exp(log_sharpness), axis=1)
        unlikely = (log_sharpness / _SHARPNESS_SPREAD) ** 2 / 2
        return unlikely - weights @ log_p[np.arange(len(truth)), column]

    best = optimize.minimize_scalar(
        negative_log_posterior,
        bounds=(np.log(0.5), np.log(2.0)),
        method="bounded",
    )
    return float(np.exp(best.x))


def calibration_error(
    truth, probabilities, bins: int = 15, weights=None
) -> float:
    """Expected calibration error of the most probable class.

    Pictures are put into `bins` equal intervals of confidence, closed above;
    the error is the mean distance of accuracy and mean confidence over the
    intervals, weighted by their number of pictures, or the sum of `weights`.

    Args:
        truth: int `(n,)`, class indices.
        probabilities: `(n, classes)`.
        bins: Number of intervals.
        weights: `(n,)`, how much each picture counts, at least 0; `None` for
            all alike.

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
    if weights is None:
        weights = np.ones(len(confidence))
    gap = weights * (hit - confidence)
    gap = np.bincount(place, weights=gap, minlength=bins)
    return float(np.abs(gap).sum() / np.sum(weights))
