"""Which outputs of a preset a corpus has labels for, and their scores."""

import dataclasses
import functools

import numpy as np

from emoaff.evaluation.scores import AffectScores
from emoaff.evaluation.scores import ClassScores
from emoaff.evaluation.scores import MultiLabelScores
from emoaff.evaluation.shared_classes import SharedClasses
from emoaff.labels import DIMENSIONS
from emoaff.labels import LabelSpace


def find_scorers(preset, recordings) -> list:
    """Finds what can be scored, before anything is predicted.

    Args:
        preset: A `Preset`.
        recordings: `Recordings` with labels.

    Returns:
        Functions from predictions by name (see `RecordingPredictions` in
        `emoaff.evaluation.recording_predictions`) to scores
        (`RecordingScores`) and facts about them (dict of texts).

    Raises:
        ValueError: If no frame has a label, or none of those that the preset
            puts out, or no class is shared.
    """
    labelled = _labelled(recordings)
    where = f"{recordings.dataset}, split {recordings.split!r},"
    if not labelled:
        raise ValueError(
            f"Expected frames with a label. {where} has none among "
            f"{len(recordings)}. Choose another split."
        )
    outputs = preset.config["outputs"]
    given = preset.dimensions
    chosen = [n for n in DIMENSIONS if n in labelled and n in given]
    found, refused = [], []
    if chosen:
        found.append(functools.partial(_affect, recordings, chosen))
    for name, output in outputs.items():
        if output["kind"] == "dimensional":
            continue
        given.append(name)
        space = LabelSpace(output["label_space"], tuple(output["classes"]))
        several = output["kind"] == "probabilities of each"
        wanted = {"expression", "emotions"} if several else {"expression"}
        if recordings.space is None or not labelled & wanted:
            continue
        try:
            shared = SharedClasses(space, recordings.space)
        except ValueError as error:
            refused.append(error)
            continue
        if several and "emotions" in labelled:
            found.append(functools.partial(_each, recordings, name, shared))
        if "expression" in labelled or _find_one_hot(recordings).any():
            found.append(
                functools.partial(_classes, recordings, name, shared, several)
            )
    if found:
        return found
    if refused:
        raise refused[0]
    raise ValueError(
        f"Expected labels of what the model puts out. {preset.name} puts out "
        f"{', '.join(given)}; {where} has labels of "
        f"{', '.join(sorted(labelled))}. Choose another model or corpus."
    )


def _labelled(recordings):
    known = {"expression"} if (recordings.expression >= 0).any() else set()
    for name in (*DIMENSIONS, "emotions"):
        values = getattr(recordings, name)
        if values is not None and np.isfinite(values).any():
            known.add(name)
    if "emotions" in known and not _named(recordings):
        known.remove("emotions")
    return known


def _named(recordings):
    """Whether the columns of `emotions` are the classes of the space."""
    space = recordings.space
    return space is not None and recordings.emotions.shape[1] == len(space)


def _affect(recordings, chosen, values):
    truth = np.stack([getattr(recordings, name) for name in chosen], axis=1)
    predicted = np.stack([values[name] for name in chosen], axis=1)
    scores = AffectScores(
        truth,
        predicted,
        recordings.recording,
        chosen,
        len(recordings.names),
    )
    return scores, {}


def _classes(recordings, name, shared, several, values):
    truth, facts = recordings.expression, _facts(shared)
    if not (truth >= 0).any():
        one = _find_one_hot(recordings)
        table = np.nan_to_num(recordings.emotions)
        truth = np.where(one, table.argmax(axis=1), -1)
        facts["expression"] = "of frames where one class holds"
    probabilities = values[name]
    if several:
        rows = shared.each(probabilities)
        total = rows.sum(axis=1, keepdims=True)
        probabilities = rows / np.where(total > 0, total, np.nan)
        facts["one class a frame"] = "the most probable of several, scaled to 1"
    else:
        probabilities = shared.probabilities(probabilities)
    scores = ClassScores(
        shared.labels(truth),
        probabilities,
        recordings.recording,
        shared.classes,
        len(recordings.names),
    )
    return scores, facts


def _each(recordings, name, shared, values):
    scores = _EachScores(
        shared.targets(recordings.emotions),
        shared.each(values[name]),
        recordings.recording,
        shared.classes,
        len(recordings.names),
    )
    return scores, _facts(shared)


def _facts(shared):
    left_out = shared.describe()
    return {"classes": left_out} if left_out else {}


def _find_one_hot(recordings):
    """The frames of which exactly one class holds."""
    if recordings.emotions is None:
        return np.zeros(len(recordings), bool)
    return (recordings.emotions == 1).sum(axis=1) == 1


class _EachScores(MultiLabelScores):
    """Measures under a name of their own, beside those of `ClassScores`."""

    recording_measures = ("f1_of_each",)

    def measured(self, times, members):
        return [
            dataclasses.replace(one, measure="f1_of_each")
            for one in super().measured(times, members)
        ]
