"""From what a model says of a face to a row."""

import numpy as np

from emoaff.faces.track import Face
from emoaff.prediction.row import Row

_DIMENSIONS = ("valence", "arousal")


def row(
    preset,
    index: int,
    time_s: float,
    face: Face,
    answers: dict[str, np.ndarray],
) -> Row:
    """Makes the row of one face.

    Args:
        preset: Names the outputs; see `emoaff.presets.preset.Preset.named`.
        index: 0-based number of the frame.
        time_s: Its time in seconds.
        face: The face.
        answers: Output name to `(c,)`; empty where there is no answer.
    """
    named = preset.named({k: np.asarray(v)[None] for k, v in answers.items()})
    return Row(
        index,
        time_s,
        face.person,
        face.box,
        face.score,
        doubt=face.doubt,
        **row_values({name: value[0] for name, value in named.items()}),
    )


def row_values(named: dict[str, np.ndarray]) -> dict:
    """Gives the fields of a `Row` from one face's named outputs."""
    values = {d: float(named[d]) for d in _DIMENSIONS if d in named}
    if "expression" in named:
        values["probabilities"] = named["expression"]
    return values
