"""What a preset gained by training on: scores before beside those after."""

import os

from emoaff import presets
from emoaff.data.recordings import Recordings
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.shared_classes import SharedClasses

_SHOWN = (
    ("accuracy", ""),
    ("uar", ""),
    ("macro_f1", ""),
    ("ccc", "valence"),
    ("ccc", "arousal"),
)


def compare_with_start(
    finished: str | os.PathLike,
    start: str | os.PathLike,
    recordings: Recordings,
) -> str:
    """Scores the preset that a training began with as the finished one was.

    Of its classes those that the corpus lacks are left out, as `evaluate` does.

    Args:
        finished: Folder of the finished preset, with its scores.
        start: The preset that it began with: a name, a folder or a run.
        recordings: On which the finished one was scored.

    Returns:
        A small table, a line each; or a sentence where the first preset does
        not answer the same question.
    """
    before = presets.load_preset(presets.resolve_preset(start))
    why = _explain_difference(before, recordings)
    if why:
        return f"before fine-tuning: {before.name} {why}, so nothing compares"
    after = {
        (row["measure"], row["of"]): row["value"]
        for row in presets.read_config(finished)["scores"]["rows"]
    }
    first = {
        (row.measure, row.of): row.value
        for row in evaluate_recordings(before, recordings).table.rows
    }
    names = [name for name in _SHOWN if name in first and name in after]
    if not names:
        return (
            f"before fine-tuning: {before.name} gives other outputs, so "
            "nothing compares"
        )
    title = "on the same frames"
    rows = [
        (title, [" ".join(filter(None, name)) for name in names]),
        ("before fine-tuning", [_write(first[name]) for name in names]),
        ("after", [_write(after[name]) for name in names]),
    ]
    wide = [max(len(row[1][n]) for row in rows) for n in range(len(names))]
    lines = [
        f"{head:<18}"
        + "".join(f"  {c:>{w}}" for c, w in zip(cells, wide, strict=True))
        for head, cells in rows
    ]
    lines[1] += f"  ({before.name})"
    return "\n".join(lines)


def _explain_difference(before, recordings):
    """Why the first preset cannot be scored on the same; empty if it can."""
    if recordings.space is None or before.labels is None:
        return ""
    try:
        shared = SharedClasses(before.labels, recordings.space)
    except ValueError:
        return f"has none of the classes {', '.join(recordings.space.classes)}"
    unknown = shared.unknown_to_model
    return f"does not have the class {', '.join(unknown)}" if unknown else ""


def _write(value):
    return "n/a" if value is None or value != value else f"{value:.4f}"
