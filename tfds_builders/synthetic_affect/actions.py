"""Actions of a face: from valence and arousal to the pull of each muscle."""

import numpy as np

from tfds_builders.synthetic_affect.affect_plane import memberships

# Columns of every array of actions. 0 is a face at rest.
ACTIONS = (
    "smile",  # mouth corners up; down where it is negative
    "stretch",  # mouth wider; narrower and rounder where it is negative
    "open",  # jaw and lips apart
    "snarl",  # upper lip raised
    "press",  # lips pressed together
    "smirk",  # one corner up, on the side that is the person's habit
    "lids",  # upper lids raised; lowered below 0, shut at -1
    "squint",  # lower lids and cheeks raised
    "brow",  # whole eyebrows raised; lowered below 0
    "inner",  # inner ends of the eyebrows raised
    "frown",  # eyebrows drawn together and down
    "wrinkle",  # nose wrinkled
    "gaze_x",  # to the picture's right
    "gaze_y",  # down
)
# What any feeling does, in the strength of its valence or arousal.
_OF_VALENCE = {"smile": 1.0, "squint": 0.15}
_OF_AROUSAL = {"lids": 0.45, "brow": 0.5, "open": 0.3}
# What a class adds to that at its prototype.
_OF_CLASS = {
    "happiness": {"smile": 0.2, "squint": 0.6, "open": 0.2, "stretch": 0.3},
    "sadness": {"smile": -0.2, "inner": 1.0, "lids": -0.15},
    "surprise": {
        "open": 0.75,
        "stretch": -0.9,
        "smile": -0.3,
        "brow": 0.5,
        "lids": 0.25,
    },
    "fear": {"inner": 0.8, "stretch": 0.6, "open": 0.2, "lids": 0.3},
    "disgust": {"wrinkle": 1.0, "snarl": 1.0, "squint": 0.6, "brow": -0.3},
    "anger": {"frown": 1.0, "press": 0.9, "brow": -0.7, "open": -0.3},
    "contempt": {
        "smirk": 1.3,
        "press": 0.2,
        "smile": 0.6,
        "lids": -0.25,
        "squint": 0.4,
    },
}
_FULL = 0.8  # distance from neutral at which a class shows fully


def column(name: str) -> int:
    """Returns the column of an action."""
    return ACTIONS.index(name)


def act(valence: np.ndarray, arousal: np.ndarray) -> np.ndarray:
    """Turns a course into what an average face does.

    Args:
        valence: `(frames,)` in `[-1, 1]`.
        arousal: `(frames,)` in `[-1, 1]`.

    Returns:
        float64 `(frames, len(ACTIONS))`, of about -1 to 1, not clipped.
    """
    actions = np.zeros((len(valence), len(ACTIONS)))
    for name, gain in _OF_VALENCE.items():
        actions[:, column(name)] += gain * valence
    for name, gain in _OF_AROUSAL.items():
        actions[:, column(name)] += gain * arousal
    strength = np.minimum(np.hypot(valence, arousal) / _FULL, 1.2)
    shown = memberships(valence, arousal) * strength[:, np.newaxis]
    # The first class is neutral, which adds nothing.
    for share, cues in zip(shown.T[1:], _OF_CLASS.values(), strict=True):
        for name, gain in cues.items():
            actions[:, column(name)] += gain * share
    return actions
