"""Runs a model with a memory through whole recordings, without windows."""

import numpy as np

from emoaff.data.clips import frame_batches
from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.frame_rates import find_usual_jumps
from emoaff.prediction.memory_cell import Cell
from emoaff.prediction.stream_memory import StreamMemory
from emoaff.presets import Preset
from emoaff.presets.sequence_model import sequence_model

_PICTURES = 64  # at once
_GAP_S = 1.0  # as `emoaff.prediction.options.Options.gap_s`
_USUAL_HZ = 25.0  # where a corpus does not say its rate


def predict_carried(
    preset: Preset, recordings, usable=None, features=None
) -> dict[str, np.ndarray]:
    """Carries a model's state through each recording, frame by frame.

    It begins anew with each recording, and after a gap of over one second
    between stored frames, as `emoaff predict --temporal streaming` does.

    Args:
        preset: Of windows.
        recordings: `Recordings`.
        usable: bool `(n,)`, the frames that the model sees, or `None` for all;
            the others have no answer here.
        features: float `(n, features)`, or `None` to read the pictures.

    Returns:
        Output name to float32 `(n, c)`, NaN where there is no answer.

    Raises:
        ValueError: If the model has a layer that must see the future.
    """
    model = sequence_model(preset)
    model.stepper()
    if features is None:
        parts = [
            model.encode(list(pictures.numpy()))
            for pictures in frame_batches(recordings, preset.size, _PICTURES)
        ]
        features = np.concatenate(parts)
    ahead = preset.config.get("sampling", {}).get("rule") == "one_step_ahead"
    begins = _find_beginnings(recordings)
    answers: dict[str, np.ndarray] = {}
    memory = None
    for row in range(len(recordings)):
        if begins[row] or memory is None:
            memory = StreamMemory(model.step, ahead)
        if usable is not None and not usable[row]:
            continue
        cell = Cell(row)
        memory.add(cell, np.asarray(features[row]))
        for name, values in (cell.values or {}).items():
            if name not in answers:
                shape = len(recordings), len(values)
                answers[name] = np.full(shape, np.nan, np.float32)
            answers[name][row] = values
    return answers


def _find_beginnings(recordings):
    """The frames before which nothing is remembered, bool `(n,)`."""
    rates = find_stored_rates(recordings) * find_usual_jumps(recordings)
    rates = np.where(np.isfinite(rates), rates, _USUAL_HZ)
    begins = np.ones(len(recordings), bool)
    same = recordings.recording[1:] == recordings.recording[:-1]
    longest = np.maximum(
        _GAP_S * rates, find_usual_jumps(recordings).astype(float)
    )
    jumps = np.diff(recordings.index)
    begins[1:] = ~same | (jumps > longest[recordings.recording[1:]])
    return begins
