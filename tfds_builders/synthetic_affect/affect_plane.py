"""Where eight expressions lie in the plane of valence and arousal.

The places are ours: each class in the quadrant that is usual for it, far
enough from the next to be told apart.
"""

import numpy as np

# In the order of emoaff's label space "affectnet_8": (valence, arousal).
PROTOTYPES = {
    "neutral": (0.0, 0.0),
    "happiness": (0.75, 0.30),
    "sadness": (-0.50, -0.75),
    "surprise": (0.25, 0.80),
    "fear": (-0.35, 0.80),
    "disgust": (-0.85, 0.10),
    "anger": (-0.75, 0.50),
    "contempt": (-0.60, -0.25),
}
CLASSES = tuple(PROTOTYPES)
_PLACES = np.array(list(PROTOTYPES.values()))
_SOFTNESS = 0.05  # how far memberships of neighbours mix, squared distance


def name_expression(valence: np.ndarray, arousal: np.ndarray) -> np.ndarray:
    """Names the class at points of the plane: that of the nearest prototype.

    Args:
        valence: `[-1, 1]`, any shape.
        arousal: `[-1, 1]`, the same shape.

    Returns:
        int64 of that shape, an index into `CLASSES`.
    """
    return _square_distances(valence, arousal).argmin(axis=-1)


def memberships(valence: np.ndarray, arousal: np.ndarray) -> np.ndarray:
    """Computes how much of each class shows, without jumps at the borders.

    Args:
        valence: `[-1, 1]`, any shape.
        arousal: `[-1, 1]`, the same shape.

    Returns:
        float64 `(..., 8)`, at least 0, with a sum of 1; largest for the class
        of `name_expression`.
    """
    distances = _square_distances(valence, arousal)
    nearest = distances.min(axis=-1, keepdims=True)
    weights = np.exp((nearest - distances) / _SOFTNESS)
    return weights / weights.sum(axis=-1, keepdims=True)


def _square_distances(valence, arousal):
    points = np.stack([valence, arousal], axis=-1)
    return np.square(points[..., np.newaxis, :] - _PLACES).sum(axis=-1)
