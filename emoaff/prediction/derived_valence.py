"""Valence guessed from expressions, for models that were not taught it."""

import numpy as np

from emoaff import labels

# Pleasure of each word, in [-1, 1]; neutral is 0 by definition.
PLEASURE = {
    "neutral": 0.0,
    "happiness": 0.76,
    "sadness": -0.63,
    "surprise": 0.40,
    "fear": -0.64,
    "disgust": -0.60,
    "anger": -0.51,
}
_SPACE = "affectnet_7"  # has just these classes


def derived_valence(
    probabilities: np.ndarray, space: str | labels.LabelSpace
) -> np.ndarray:
    """Returns the expected pleasure of expression probabilities.

    Each class counts with the mean pleasure that people gave its word. Classes
    without such a norm (contempt) are left out and the others renormalised.
    Arousal is not derived: published norms of it agree badly with what raters
    see in faces.

    Args:
        probabilities: `(n, classes)`, rows sum to 1.
        space: Their label space, of which not several may hold at once.

    Returns:
        float64 `(n,)` in [-0.64, 0.76]; NaN where a row is, or where no class
        with a norm has any probability.

    Raises:
        ValueError: If no class has a norm, or shapes do not fit.

    Example:
    >>> rows = [[0.5, 0.5, 0, 0, 0, 0, 0, 0]]  # half neutral, half happy
    >>> float(derived_valence(np.array(rows), "affectnet_8")[0])
    0.38

    References:
        - [Russell and Mehrabian, 1977](
          https://doi.org/10.1016/0092-6566(77)90037-X), as widely quoted
    """
    mapping = labels.mapping(space, _SPACE)
    if all(index is None for index in mapping.indices):
        raise ValueError(
            "Expected classes with a pleasure norm: "
            f"{', '.join(PLEASURE)}. Received: "
            f"{', '.join(mapping.source.classes)}."
        )
    norms = [PLEASURE[name] for name in mapping.target.classes]
    rows = np.asarray(probabilities, np.float64)
    return mapping.map_probabilities(rows) @ np.array(norms)
