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
from emoaff.evaluation.scores import AffectScores
from emoaff.labels import DIMENSION_RANGE
from emoaff.labels import DIMENSIONS
from emoaff.presets import model_card
from emoaff.presets.whole_folder import write_whole


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
    of the recordings each, on the recordings that they did not see.

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
        presets.save_preset(model, half, config, stored)
        complete = presets.load_preset(half).config
        card = model_card.render(config["name"], complete)
        (half / presets.CARD).write_text(card, "utf-8")
    return folder


def _rated_as_a_whole(recordings):
    """Whether no recording's rating changes, so that it has no CCC."""
    same = recordings.recording[1:] == recordings.recording[:-1]
    return not any(
        (np.diff(getattr(recordings, name))[same] != 0).any()
        for name in DIMENSIONS
    )
