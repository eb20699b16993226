"""Measures of a model on the validation split, which decide what is kept.

What is public here:

    measure(model, config, data) -> dict
    name_measure(config, name) -> str
    collect_scored(model, data, side) -> classes, logits
"""

import numpy as np
from scipy import special
from sklearn import metrics

from emoaff.labels import AFFECT_TARGETS
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.training.clip_config import EXPRESSION_TARGETS
from emoaff.training.objectives import make_prior_offset
from emoaff.training.own_parts import METRICS


def measure(model, config, data) -> dict[str, float]:
    """Measures a model on the validation split.

    Args:
        model: See `emoaff.training.clip_experiment.clip_experiment`.
        config: A `ClipConfig`.
        data: A `ClipData`.

    Returns:
        Values by name, see `name_measure`.
    """
    if config.data.target in AFFECT_TARGETS:
        names = config.data.target.split("_")
        found = data.predict(model)
        recordings = data.validation.recordings
        values = _measure_affect(found, recordings, names)
        columns = [getattr(recordings, name) for name in names]
        truth = np.float64(np.stack(columns, axis=1))
        values |= _measure_own(True, truth, np.float64(found))
    else:
        truth, logits = collect_scored(model, data)
        logits = np.float64(logits)
        strength = config.loss.prior_strength
        if strength:
            logits += make_prior_offset(strength, data.class_counts())
        values = _measure_classes(truth, logits, len(data.space))
        values |= _measure_own(False, truth, logits)
        if config.data.target in EXPRESSION_TARGETS:
            log_p = special.log_softmax(logits, axis=1)
            chosen = log_p[np.arange(len(truth)), truth]
            values["loss"] = float(-chosen.mean())
    return {name_measure(config, k): v for k, v in values.items()}


def name_measure(config, name: str) -> str:
    """Returns what a measure is called in a run's history.

    The loss of training is called `loss` there.

    Args:
        config: A `ClipConfig`.
        name: As `schedule.monitor` has it.
    """
    if config.data.held_out:
        return f"held_out_{name}"
    return "validation_loss" if name == "loss" else name


def collect_scored(
    model, data, side: int = 0, changed: bool = False, rows=None
):
    """Collects the validation frames that have both a class and an answer.

    Args:
        model: Of one output, logits.
        data: A `ClipData`.
        side: See `ClipData.predict`.
        changed: Whether the images are changed as in training, see
            `emoaff.training.image_memory.ImageMemory.predict_changed`.
        rows: Frames of the split to collect, int; `None` for all.

    Returns:
        int `(n,)`, classes, and float `(n, classes)`, logits.
    """
    if changed:
        answers = data.memory.predict_changed(model, side)
    else:
        answers = data.predict(model, side)
    recordings = data.validation.recordings
    truth = recordings.expression
    if data.target == "emotions" and not (truth >= 0).any():
        table = recordings.emotions
        known = np.isfinite(table).all(axis=1)
        truth = np.where(known, np.nan_to_num(table).argmax(axis=1), -1)
    scored = (truth >= 0) & np.isfinite(answers).all(axis=1)
    if rows is not None:
        scored &= np.isin(np.arange(len(scored)), rows)
    return truth[scored], answers[scored]


def _measure_own(of_affect, truth, predicted):
    """The measures that a recipe file registered for such a target."""
    return {
        name: float(metric.compute(truth, predicted))
        for name, metric in METRICS.items()
        if metric.of_affect == of_affect
    }


def _measure_classes(truth, logits, classes):
    predicted = logits.argmax(axis=1)
    return {
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "uar": float(
            metrics.recall_score(
                truth, predicted, labels=np.unique(truth), average="macro"
            )
        ),
        "macro_f1": float(
            metrics.f1_score(
                truth,
                predicted,
                labels=range(classes),
                average="macro",
                zero_division=0,
            )
        ),
    }


def _measure_affect(answers, recordings, dimensions):
    each = {
        f"ccc_{name}": float(
            compute_ccc(getattr(recordings, name), answers[:, d])
        )
        for d, name in enumerate(dimensions)
    }
    return {"ccc": float(np.mean(list(each.values()))), **each}
