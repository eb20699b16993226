"""How often a preset is right on a corpus when it may keep silent."""

from emoaff.evaluation.evaluation import Evaluation
from emoaff.evaluation.scores import ScoreTable
from emoaff.evaluation.scores.coverage_curve import compute_coverage_curve
from emoaff.evaluation.shared_classes import SharedClasses
from emoaff.presets.preset import Preset

_HALF = 0.5  # what `emoaff predict` asks for, see `DoubtRule`


def compute_coverage(preset: Preset, evaluation: Evaluation) -> ScoreTable:
    """Returns the coverage curve of a preset's expressions.

    Args:
        preset: That was evaluated.
        evaluation: Of it.

    Returns:
        See `emoaff.evaluation.scores.coverage_curve.compute_coverage_curve`;
        first the threshold of `emoaff predict`, unless the preset has one of
        its own.

    Raises:
        ValueError: If there are no expressions, or no labels of them.
    """
    if preset.labels is None or "expression" not in evaluation.predictions:
        raise ValueError(
            "Expected a preset that names expressions. Received: "
            f"{preset.name}, which names none. Leave out --coverage."
        )
    shared = SharedClasses(preset.labels, evaluation.recordings.space)
    threshold = preset.config.get("doubt", {}).get("confidence", _HALF)
    return compute_coverage_curve(
        shared.labels(evaluation.recordings.expression),
        shared.probabilities(evaluation.predictions["expression"]),
        thresholds=(threshold,),
    )
