"""Valence and arousal guessed from expressions."""

import numpy as np

from emoaff import labels
from emoaff.presets import class_prior
from emoaff.presets.preset import Preset

# Mean pleasure and arousal of each word, in [-1, 1]; neutral is 0 by
# definition. Happiness is the study's joy.
NORMS = {
    "neutral": (0.0, 0.0),
    "happiness": (0.76, 0.48),
    "sadness": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "fear": (-0.64, 0.60),
    "disgust": (-0.60, 0.35),
    "anger": (-0.51, 0.59),
}
_SPACE = "affectnet_7"  # has just these classes


def derive_affect(
    probabilities: np.ndarray, space: str | labels.LabelSpace
) -> np.ndarray:
    """Returns the expected pleasure and arousal of expression probabilities.

    Each class counts with the mean that people gave its word. Classes without
    such a norm (contempt) are left out and the others renormalised.

    Use probabilities without the class shares of the training data, see
    `emoaff.presets.Preset.with_prior`: where most of a corpus is neutral,
    answers are drawn to 0 otherwise (docs/priors.md).

    Args:
        probabilities: `(n, classes)`, rows sum to 1.
        space: Their label space, of which not several may hold at once.

    Returns:
        float64 `(n, 2)`: valence in [-0.64, 0.76] and arousal in [-0.27,
        0.67]; NaN where a row is, or where no class with a norm has any
        probability.

    Raises:
        ValueError: If no class has a norm, or shapes do not fit.

    Example:
    >>> rows = [[0.5, 0.5, 0, 0, 0, 0, 0, 0]]  # half neutral, half happy
    >>> derive_affect(np.array(rows), "affectnet_8").tolist()
    [[0.38, 0.24]]

    References:
        - [Russell and Mehrabian, 1977](
          https://doi.org/10.1016/0092-6566(77)90037-X), as widely quoted
    """
    mapping = labels.make_mapping(space, _SPACE)
    if all(index is None for index in mapping.indices):
        raise ValueError(
            "Expected classes with a norm of pleasure and arousal: "
            f"{', '.join(NORMS)}. Received: "
            f"{', '.join(mapping.source.classes)}."
        )
    norms = [NORMS[name] for name in mapping.target.classes]
    rows = np.asarray(probabilities, np.float64)
    return mapping.map_probabilities(rows) @ np.array(norms)


class AffectDeriver:
    """Fills in the valence and arousal that a preset does not give.

    They are derived from the probabilities for the prior that the user asked
    for. Where none was asked for, the class shares of the training data are
    taken out first, as far as the preset knows them.

    Args:
        preset: Gave the probabilities.

    Raises:
        ValueError: If it has no expressions, or gives both dimensions itself.
    """

    def __init__(self, preset: Preset):
        given = [d for d in labels.DIMENSIONS if d in preset.dimensions]
        self._missing = [d for d in labels.DIMENSIONS if d not in given]
        if preset.labels is None:
            raise ValueError(
                "Expected a preset with expressions to derive affect from. "
                f"Received: {preset.name}, which has none."
            )
        if not self._missing:
            raise ValueError(
                "Expected a preset without valence or arousal. "
                f"{preset.name} was taught both, which is better than derived "
                "ones. Leave out --affect derived."
            )
        self._space = preset.labels
        self._answered = preset.answered_prior
        self._prior = preset.prior or preset.answered_prior
        if preset.prior is None and preset.trained_prior is not None:
            self._prior = preset.with_prior(class_prior.UNIFORM).answered_prior

    def __call__(self, row):
        """Returns a row with what was missing, and where it is from."""
        if row.probabilities is None:
            return row
        rows = np.asarray(row.probabilities)[np.newaxis]
        if self._prior != self._answered:
            rows = class_prior.reweigh(rows, self._answered, self._prior)
        derived = dict(
            zip(
                labels.DIMENSIONS,
                derive_affect(rows, self._space)[0].tolist(),
                strict=True,
            )
        )
        changed = {}
        for name in self._missing:
            known = not np.isnan(derived[name])
            changed[name] = derived[name]
            changed[f"{name}_source"] = "derived" if known else ""
        return row.changed(**changed)

    def describe(self) -> dict:
        """Describes how, for the result's header."""
        return {
            "method": "expected pleasure and arousal of the expressions' words "
            "(Russell and Mehrabian, 1977); classes without one left out",
            "dimensions": self._missing,
            "pleasure": {name: norm[0] for name, norm in NORMS.items()},
            "arousal": {name: norm[1] for name, norm in NORMS.items()},
            "prior": self._prior and self._prior.to_dict(),
        }
