"""Fits a model's confidence on what it did not learn from.

What is public here:

    fit_on_validation(model, config, data, aside) -> Calibration
    set_recordings_aside(recordings, share, seed) -> two arrays, or None
"""

import dataclasses
import math

import numpy as np

from emoaff.data.subject_splits import split_by_subject
from emoaff.presets.calibration import Calibration
from emoaff.presets.calibration import fit_calibration
from emoaff.presets.calibration import fit_sharpness
from emoaff.training.validation_measures import collect_scored
from emoaff.training.weighted_pooling import answer_by_place
from emoaff.training.weighted_pooling import fit_shares
from emoaff.training.weighted_pooling import pool_answers


def fit_on_validation(model, config, data, aside=None) -> Calibration:
    """Fits a model's probabilities on the validation split.

    Args:
        model: Of one output, logits of one true class.
        config: The run's settings, a `ClipConfig`. With
            `data.calibrate_on="mixed"` changed copies of the images count too.
        data: A `ClipData`.
        aside: The recordings to fit on, int, which are few: their labels are
            taken as a little unsure, see
            `emoaff.presets.calibration.fit_temperature`. `None` for all.

    Returns:
        The calibration; with `balance.correct_prior` its `sharpness` is
        fitted too, with `model.pooling="weighted"` its `pooling`.

    Raises:
        ValueError: See `emoaff.training.weighted_pooling.answer_by_place`.
    """
    weighted = config.model.pooling == "weighted"
    if weighted:
        classes = model.output_shape[-1]
        model = answer_by_place(model)
    side = config.model.final_side
    rows = None
    if aside is not None:
        held = np.isin(data.validation.recordings.recording, aside)
        rows = np.flatnonzero(held)
    truth, logits = collect_scored(model, data, side, rows=rows)
    first_changed = 0
    if config.data.calibrate_on == "mixed":
        more = collect_scored(model, data, side, changed=True, rows=rows)
        first_changed = len(truth)
        truth = np.concatenate([truth, more[0]])
        logits = np.concatenate([logits, more[1]])
    counts = None
    if config.balance.correct_prior:
        counts = data.count_windows_by_class()
    kept = config.balance.prior_kept
    independent = None if aside is None else len(aside)
    pooling = None
    if weighted:
        logits = _by_place(logits, classes)
        mean = logits.mean(axis=(1, 2))
        first = fit_calibration(mean, truth, counts, kept, independent)
        # Of changed ones alone, if there are: they ask for it most.
        some = slice(first_changed, None)
        answers = (logits[some] + first.offset) / first.temperature
        shares = fit_shares(answers, truth[some])
        logits = pool_answers(logits, shares)
        pooling = tuple(map(tuple, shares.tolist()))
    fitted = fit_calibration(logits, truth, counts, kept, independent)
    fitted = dataclasses.replace(fitted, pooling=pooling)
    if counts is None:
        return fitted
    sharpness = fit_sharpness(
        fitted.probabilities(logits),
        truth,
        fitted.find_prior(np.maximum(counts, 1)),
    )
    return dataclasses.replace(fitted, sharpness=sharpness)


def _by_place(answers, classes):
    """Gives answers of a square map's places the shape of the map."""
    side = math.isqrt(answers.shape[1] // classes)
    return answers.reshape(len(answers), side, side, classes)


def set_recordings_aside(recordings, share: float, seed: int = 0):
    """Sets a share of a validation split aside for calibration.

    Args:
        recordings: `Recordings` of the split.
        share: In (0, 1), of its people; of its recordings where not every one
            names a person, or all the same one.
        seed: Of the draw.

    Returns:
        The numbers of the recordings to score and of those set aside, each
        int and increasing; `None` where there are fewer than two, or none of
        those set aside has a class.
    """
    people = recordings.subjects
    if not all(people) or len(set(people)) < 2:
        people = recordings.names
    if len(set(people)) < 2:
        return None
    whole = len(set(people))
    held = min(max(round(share * whole), 1), whole - 1) / whole
    parts = split_by_subject(people, {"scored": 1 - held, "aside": held}, seed)
    inside = np.isin(recordings.recording, parts["aside"])
    if not (recordings.expression[inside] >= 0).any():
        return None
    return parts["scored"], parts["aside"]
