"""Presets that learned from all there is, scored by cross-validation."""

import dataclasses
import os
import pathlib

import keras
import numpy as np

from emoaff import presets
from emoaff.data.recordings import Recordings
from emoaff.evaluation.evaluation import find_subjects
from emoaff.evaluation.evaluation import merge_tables
from emoaff.evaluation.recording_predictions import predict_recordings
from emoaff.evaluation.scores import AffectScores
from emoaff.labels import DIMENSION_RANGE
from emoaff.labels import DIMENSIONS
from emoaff.presets import model_card
from emoaff.presets.whole_folder import write_whole

DRIFT = 0.05  # on a scale from -1 to 1
_ASKED = 32  # recordings


def publish_cross_validated(
    model: keras.Model,
    config: dict,
    folder: str | os.PathLike,
    recordings: Recordings,
    answers: np.ndarray,
    report,
    stored: str = "float16",
) -> pathlib.Path:
    """Saves and describes a preset that learned from all there is.

    Its scores are those of models that were trained in the same way on a part
    of the recordings each, on the recordings that they did not see. They would
    not show that storing spoiled the weights, so what was stored is compared
    with `model` on recordings; where their answers are more than `DRIFT` apart
    (root mean square), weights are stored in more bits.

    Args:
        model: See `emoaff.training.publishing.publish`.
        config: See `emoaff.training.publishing.publish`.
        folder: See `emoaff.training.publishing.publish`.
        recordings: All that was learned from: n frames.
        answers: float `(n, 2)`, valence and arousal of those models; NaN
            where there is none. All NaN leaves the preset without scores.
        report: See `emoaff.training.publishing.publish`.
        stored: See `emoaff.training.publishing.publish`.

    Returns:
        The folder.
    """
    if np.isfinite(answers).any():
        truth = [getattr(recordings, name) for name in DIMENSIONS]
        scores = AffectScores(
            np.stack(truth, axis=1),
            np.clip(answers, *DIMENSION_RANGE),
            recordings.recording,
            DIMENSIONS,
            len(recordings.names),
        )
        facts = {
            "dataset": recordings.dataset,
            "split": f"{recordings.split}, cross-validated",
            "model": config["name"],
            "preprocessing": "models trained like this one on the other folds",
        }
        table = merge_tables(
            [scores.table(None, find_subjects(recordings))], facts
        )
        if _rated_as_a_whole(recordings):
            rows = [r for r in table.rows if "of_recordings" not in r.measure]
            table = dataclasses.replace(table, rows=tuple(rows))
        config = {**config, "scores": table.to_dict()}
        report(table.to_text())
    folder = pathlib.Path(folder)
    with write_whole(folder) as half:
        kept = _store(model, half, config, recordings, stored, report)
        card = model_card.render(config["name"], kept.config)
        (half / presets.CARD).write_text(card, "utf-8")
    return folder


def _store(model, folder, config, recordings, stored, report):
    """Saves a preset in as many bits as it needs; returns it as loaded."""
    count = len(recordings.names)
    every = np.linspace(0, count - 1, min(count, _ASKED)).round().astype(int)
    some = recordings.subset(every)
    formats = ("int8", "float16", "float32")
    for dtype in formats[formats.index(stored) :]:
        presets.save_preset(model, folder, config, dtype)
        kept = presets.load_preset(folder)
        whole = dataclasses.replace(kept, model=model)
        error = _compute_drift(whole, kept, some)
        report(f"stored as {dtype}: answers differ by {error:.4f}")
        if error <= DRIFT:
            break
    return kept


def _compute_drift(preset, other, recordings):
    """Root mean square of what two presets' answers differ by.

    Infinite where the other has lost an answer, 0 where there is none to lose.
    """
    before, after = (
        np.stack([values[name] for name in DIMENSIONS])
        for values in (
            predict_recordings(each, recordings).values
            for each in (preset, other)
        )
    )
    errors = (after - before)[np.isfinite(before)]
    if not np.isfinite(errors).all():
        return np.inf
    return float(np.sqrt(np.mean(np.square(errors)))) if len(errors) else 0.0


def _rated_as_a_whole(recordings):
    """Whether no recording's rating changes, so that it has no CCC."""
    same = recordings.recording[1:] == recordings.recording[:-1]
    return not any(
        (np.diff(getattr(recordings, name))[same] != 0).any()
        for name in DIMENSIONS
    )
