"""What it costs or gains to carry a model's memory through recordings."""

import dataclasses

from emoaff.evaluation.evaluation import Evaluation
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ScoreTable
from emoaff.presets import Preset


def compare_memories(
    preset: Preset, evaluation: Evaluation, postprocess=None
) -> ScoreTable:
    """Scores a preset again with its memory carried, for one table of both.

    Args:
        preset: Of windows.
        evaluation: Its scores by windows.
        postprocess: See `emoaff.evaluation.evaluate`.

    Returns:
        A table of two parts, `by windows` and `carried`.

    Raises:
        ValueError: See
            `emoaff.evaluation.recording_predictions.predict_recordings`.
    """
    carried = evaluate_recordings(
        preset,
        evaluation.recordings,
        postprocess=postprocess,
        bootstrap=Bootstrap(draws=0),
        memory="carried",
    )
    parts = {"by windows": evaluation.table, "carried": carried.table}
    rows = [
        dataclasses.replace(row, part=part)
        for part, table in parts.items()
        for row in table.rows
    ]
    return ScoreTable(tuple(rows), dict(evaluation.facts))
