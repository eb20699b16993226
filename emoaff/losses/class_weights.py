"""Weights of classes from how often they occur."""

import numpy as np

_NORMALISE = ("mean", "sum", "none", "max")


def reciprocal_weights(
    counts, normalise: str = "mean", empty: float | None = None
) -> np.ndarray:
    """Returns the reciprocal of each class's count, the rare weighted most.

    As Tzirakis et al. weight their sigmoid loss. The paper does not say how it
    scales the weights, nor whether it counts before or after oversampling.
    Raw reciprocals of frame counts are tiny (1e-4 to 1e-6 there) and shrink
    the loss with them.

    Args:
        counts: `(classes,)`, how many frames show each class, in output order.
            Need not be whole: sums of soft labels will do.
        normalise: `"mean"` scales the weights of the classes that occur to a
            mean of 1, `"sum"` to a sum of 1, `"max"` so that the most frequent
            class has 1; `"none"` leaves `1 / counts`.
        empty: The weight of a class that never occurs, or `None` to refuse
            one. It takes no part in the scaling.

    Returns:
        float64 `(classes,)`, non-negative.

    Raises:
        ValueError: If `counts` is no list of finite, non-negative numbers or
            all 0, if a class has none while `empty` is `None`, or if
            `normalise` is not one of the above.

    Example:
    >>> reciprocal_weights([10, 40]).tolist()
    [1.6, 0.4]

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717), Section 4.4
    """
    if normalise not in _NORMALISE:
        raise ValueError(
            f"`normalise` must be one of {', '.join(_NORMALISE)}. "
            f"Received: normalise={normalise!r}."
        )
    counts = np.asarray(counts, np.float64)
    occurs = counts > 0
    sound = np.isfinite(counts) & (counts >= 0)
    if counts.ndim != 1 or not sound.all() or not occurs.any():
        raise ValueError(
            "`counts` must be one non-negative number per class, not all 0. "
            f"Received: counts={counts.tolist()}."
        )
    if empty is None and not occurs.all():
        raise ValueError(
            "Every class needs a count over 0, or its weight is infinite. "
            f"Received: 0 for class index {np.flatnonzero(~occurs).tolist()}. "
            "Leave the class out, or say what it weighs, such as empty=0.0."
        )
    weights = 1.0 / counts[occurs]
    if normalise == "mean":
        weights /= weights.mean()
    elif normalise == "sum":
        weights /= weights.sum()
    elif normalise == "max":
        weights /= weights.min()
    full = np.full(counts.shape, 0.0 if empty is None else float(empty))
    full[occurs] = weights
    return full
