"""Computes a trained image model's features of each frame, kept on disk."""

import hashlib
import pathlib

import numpy as np

from emoaff import presets
from emoaff.evaluation.sequence_prediction import Frames
from emoaff.evaluation.sequence_prediction import predict_frames
from emoaff.presets.feature_model import build_feature_model
from emoaff.progress import Progress


def compute_frame_features(
    features_from, recordings, out, report
) -> np.ndarray | None:
    """Runs a preset's image model on every frame.

    Args:
        features_from: Preset folder, or run; empty for none.
        recordings: The frames.
        out: Folder where the numbers are kept, and found again.
        report: Called with a line before long work.

    Returns:
        float32 `(n, features)` in stored order, mapped from the file, or
        `None` for no preset.

    Raises:
        ValueError: If there is no such preset, or its model has no layer
            named `features`.
    """
    if not features_from:
        return None
    preset = presets.load_preset(presets.resolve_preset(features_from))
    identity = f"{preset.config['weights']['sha256']} {recordings.dataset}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:12]
    split = "".join(c if c.isalnum() else "_" for c in recordings.split)
    path = pathlib.Path(out) / f"features_{split}_{key}.npy"
    if not path.is_file():
        report(f"features of {len(recordings)} frames with {preset.name}")
        _write(path, _features(preset, recordings))
    return np.load(path, mmap_mode="r")


def _features(preset, recordings):
    try:
        model = build_feature_model(preset.model, presets.LAYER)
    except ValueError as error:
        raise ValueError(
            f"Expected a model with a layer named {presets.LAYER!r}. "
            f"{preset.name} has none. Choose a preset of rangulov_cnn, "
            "emoaffectnet_static or the like."
        ) from error
    progress = Progress("features", "frames", every_s=20.0)
    count = len(recordings)
    answers = predict_frames(
        model,
        Frames(recordings, preset.size),
        progress=lambda done: progress.update(done, done / count),
    )
    progress.close()
    return answers[""]


def _write(path, values):
    half = path.with_name(f"{path.name}.unfinished")
    with half.open("wb") as file:
        np.save(file, values)
    half.replace(path)
