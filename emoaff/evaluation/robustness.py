"""How much of a preset's accuracy is left when pictures are worse."""

import numpy as np

from emoaff.data.recordings import Recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.evaluation.scored_outputs import find_scorers
from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ClassScores
from emoaff.evaluation.scores import ScoreRow
from emoaff.evaluation.scores import ScoreTable
from emoaff.evaluation.spoiled_pictures import make_spoilings
from emoaff.presets import Preset
from emoaff.presets.class_prior import reweigh
from emoaff.progress import Progress

CLEAN = "as stored"
EQUAL = "at equal classes"
_MEASURES = ("accuracy", "uar", "ccc")
_PICTURES = 256  # spoiled at once


def score_robustness(
    preset: Preset, recordings: Recordings, names: tuple[str, ...] | None = None
) -> ScoreTable:
    """Scores a preset of single pictures on spoiled pictures of a split.

    Args:
        preset: The preset.
        recordings: The split.
        names: Which of `emoaff.evaluation.spoiled_pictures.make_spoilings`;
            `None` for all. The clean score always comes first.

    Returns:
        A table with a part for each way: accuracy, UAR, calibration error and
        mean confidence of classes, CCC of dimensions, over all labelled
        frames, without intervals. Where the preset knows its `class_prior`,
        UAR, calibration error and confidence "at equal classes" as well: the
        prior is taken out of the probabilities, and every class counts the
        same.

    Raises:
        ValueError: If the preset takes no single pictures, has nothing in
            common with the corpus, or a name is unknown.
    """
    preset.require_single_pictures()
    known = make_spoilings()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(
            f"Expected some of: {', '.join(known)}. Received: {unknown[0]}."
        )
    chosen = {name: known[name] for name in names or known}
    chosen = {CLEAN: lambda picture: picture, **chosen}
    scorers = find_scorers(preset, recordings)
    answers = _answers(preset, recordings, chosen)
    answered = preset.answered_prior
    uniform = answered and preset.with_prior("uniform").prior
    rows = []
    for name, values in answers.items():
        for scorer in scorers:
            scores = scorer(values)[0]
            table = scores.table(Bootstrap(draws=0))
            rows += [
                ScoreRow(row.measure, row.of, row.value, n=row.n, part=name)
                for row in table.rows
                if row.measure in _MEASURES
            ]
            if isinstance(scores, ClassScores):
                rows += _doubt(scores, name)
        if answered:
            level = np.float64(values["expression"])
            level = reweigh(level, answered, uniform)
            for scorer in scorers:
                scores = scorer({**values, "expression": level})[0]
                if isinstance(scores, ClassScores):
                    rows += _doubt_at_equal_classes(scores, name)
    facts = {
        "dataset": recordings.dataset,
        "split": recordings.split,
        "model": preset.config.get("name", preset.name),
    }
    return ScoreTable(tuple(rows), facts)


def _doubt(scores, part):
    """Compares how sure a preset is on average with how often it is right."""
    n = scores.coverage()["frames"]["scored"]
    return [
        ScoreRow(
            "calibration_error", "", scores.calibration_error(), n=n, part=part
        ),
        ScoreRow("confidence", "", scores.confidence(), n=n, part=part),
    ]


def _doubt_at_equal_classes(scores, part):
    n = scores.coverage()["frames"]["scored"]
    uar = scores.table(Bootstrap(draws=0)).value("uar")
    values = {
        "uar": uar,
        "calibration_error": scores.calibration_error(balanced=True),
        "confidence": scores.confidence(balanced=True),
    }
    return [
        ScoreRow(measure, EQUAL, value, n=n, part=part)
        for measure, value in values.items()
    ]


def _answers(preset, recordings, chosen):
    """Name to output to values of all frames; every picture is read once."""
    parts = {name: [] for name in chosen}
    progress, done = Progress("robustness", "pictures"), 0
    for pictures in stored_pictures(recordings, preset.size, _PICTURES):
        for name, spoil in chosen.items():
            crops = [spoil(picture) for picture in pictures]
            parts[name].append(preset.predict(crops))
        done += len(pictures)
        progress.update(done, done / len(recordings))
    progress.close()
    return {
        name: {
            output: np.concatenate([part[output] for part in some])
            for output in some[0]
        }
        for name, some in parts.items()
    }
