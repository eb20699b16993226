"""New scores in a preset's folder."""

import pathlib
import shlex

from emoaff import presets
from emoaff.evaluation.scores import ScoreTable
from emoaff.presets import model_card


def rewrite_card(
    preset: presets.Preset,
    table: ScoreTable,
    coverage: ScoreTable | None = None,
    robustness: ScoreTable | None = None,
) -> pathlib.Path:
    """Puts scores into a preset's `config.json` and model card.

    A preset that `list_presets()` lists gets that name, and its command too.

    Args:
        preset: That was scored; its folder is written to.
        table: Its scores, as evaluated.
        coverage: See `emoaff.evaluation.coverage`; `None` leaves it out.
        robustness: See `emoaff.evaluation.robustness`; `None` leaves it out.

    Returns:
        The card.

    Raises:
        ValueError: If the preset is no folder with a card.
    """
    card = preset.path / presets.CARD
    if not card.is_file():
        raise ValueError(
            f"Expected a preset's folder with a card. {preset.path} has none. "
            "Leave out --card."
        )
    scores = table.to_dict()
    for name, more in (("coverage", coverage), ("robustness", robustness)):
        if more is not None:
            scores[name] = more.to_dict()
    complete = {**preset.config, "scores": scores}
    name = complete.get("name", preset.name)
    origin = complete.get("provenance", {})
    if "evaluate_command" in origin and presets.is_named(preset.path):
        # A run's preset that became one of those with a name.
        name = preset.path.name
        words = shlex.split(origin["evaluate_command"])
        words[2] = name
        command = {"evaluate_command": shlex.join(words)}
        complete["provenance"] = {**origin, **command}
        complete["name"] = name
    presets.write_config(preset.path, complete)
    card.write_text(model_card.render(name, complete), "utf-8")
    return card
