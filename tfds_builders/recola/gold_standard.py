"""From the traces of several raters to one: RECOLA's gold standard."""

import numpy as np


def mean(ratings: np.ndarray) -> np.ndarray:
    """Returns the mean of the raters at each time, float64 `(n,)`.

    Args:
        ratings: `(n, raters)`, NaN where a rater has none; where nobody has
            one the mean is NaN.
    """
    known = ~np.isnan(ratings)
    count = known.sum(axis=1)
    total = np.where(known, ratings, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def agreement(ratings: np.ndarray) -> np.ndarray:
    """Returns how well each rater agrees with the others, `(raters,)`.

    That is the mean of the concordance (CCC) with each other rater, over the
    times that both have rated. Pairs for which it is undefined do not count;
    0 for a rater without any other pair.

    Args:
        ratings: `(n, raters)`, of one recording and one dimension.
    """
    # All builders are loaded to list one; that needs no Keras.
    from emoaff.metrics.whole_signals import compute_ccc

    raters = ratings.shape[1]
    pairs = np.full((raters, raters), np.nan)
    for one in range(raters):
        for other in range(one):
            ccc = compute_ccc(ratings[:, one], ratings[:, other])
            pairs[one, other] = pairs[other, one] = ccc
    return np.nan_to_num(mean(pairs))


def centred(ratings: np.ndarray) -> np.ndarray:
    """Returns the mean of the raters after taking out their biases, `(n,)`.

    As in the scripts that came with AVEC 2016 and 2018: every rater's trace
    is moved to one and the same mean, and then the traces are averaged. That
    mean is the raters' own means weighted by their `agreement`. All of it is
    done for each recording and dimension by itself.

    Where the raters do not agree at all, so that the weights do not sum to
    more than 0, they count alike. The scripts say nothing of that.

    Formula:
        gold(t) = mean_r(x_r(t) - m_r) + sum_r(w_r m_r) / sum_r(w_r), with m_r
        the mean over time of rater r, and w_r the mean CCC of r with each
        other rater. CCC has population moments; AVEC's MATLAB script divides
        variances by n - 1, which is one part in 7,500.

    Args:
        ratings: `(n, raters)`, NaN where a rater has none.

    References:
        - Valstar et al., "AVEC 2016", and the scripts of AVEC 2018's GES.
    """
    means = mean(ratings.T)
    weights = agreement(ratings)
    if not weights.sum() > 0:
        weights = np.ones(len(means))
    return mean(ratings - means + weights @ means / weights.sum())
