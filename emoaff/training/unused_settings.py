"""Which settings of a run change nothing, because others decide.

What is public here:

    find_unused(settings) -> set of names
    read_unused(recipe, run) -> set of names
"""

import ast
import os
from collections.abc import Mapping
from typing import Any

from emoaff.training.recipe_sources import find_source

# Augmentations that take no limits: all of emoaff's own but "face".
_WITHOUT_LIMITS = ("none", "flip", "tzirakis", "strong")
_OTHERS_OF_AFFECT = ("valence_arousal", "arousal_valence")
# Settings, and when they are used, given all settings by name.
_USED_IF = {
    (
        "balance.rare",
        "balance.frequent",
        "balance.tolerated_share",
        "balance.copies",
        "balance.stride",
    ): lambda of: of("balance.name") == "oversample",
    ("balance.power",): lambda of: of("balance.name") == "classes",
    (
        "augmentation.shrink",
        "augmentation.zoom",
        "augmentation.rotation",
        "augmentation.stretch",
        "augmentation.blur",
        "augmentation.cover",
        "augmentation.dim",
        "augmentation.surround",
        "augmentation.source_blur",
        "augmentation.jpeg",
    ): lambda of: of("augmentation.name") not in _WITHOUT_LIMITS,
    ("teacher.sees", "teacher.share", "teacher.temperature"): (
        lambda of: of("teacher.preset")
    ),
    ("model.final_side",): lambda of: of("schedule.stages"),
    ("model.pooling",): lambda of: (
        of("data.score_split") or of("data.calibration_share")
    ),
    ("model.units",): lambda of: of("model.temporal"),
    ("model.begin",): lambda of: of("model.start"),
    ("model.fusion", "data.side_files", "data.side_rule"): (
        lambda of: set(of("data.modalities")) - {"video"}
    ),
    ("data.calibration_share",): lambda of: (
        not of("data.score_split")
        and of("data.target") not in _OTHERS_OF_AFFECT
    ),
    ("loss.label_smoothing",): lambda of: of("loss.name") == "crossentropy",
    ("optimizer.momentum",): lambda of: of("optimizer.name") == "sgd",
    ("optimizer.weight_decay",): lambda of: of("optimizer.name") == "adamw",
    ("schedule.decay",): lambda of: of("schedule.name") == "inverse_time",
    ("schedule.warmup_steps",): lambda of: of("schedule.name") == "cosine",
    ("schedule.head_learning_rate",): lambda of: of("schedule.head_epochs"),
    ("schedule.epochs",): lambda of: not of("schedule.stages"),
}


def find_unused(settings: Mapping[str, Any]) -> set[str]:
    """Finds settings that change nothing where others have these values.

    Args:
        settings: All settings of a run by their full names; those of an own
            kind of recipe, which have other names, are all used.

    Example:
    >>> sorted(find_unused({"optimizer.name": "adam", "optimizer.momentum": 0}))
    ['optimizer.momentum']
    """
    return {
        name
        for names, is_used in _USED_IF.items()
        for name in names
        if name in settings and not _is_true(is_used, settings)
    }


def _is_true(is_used, settings):
    try:
        return is_used(settings.__getitem__)
    except KeyError:
        return True  # nothing is said of what decides


def read_unused(
    recipe: str, run: str | os.PathLike = "", small: bool = False
) -> set[str]:
    """Reads which settings the network of a recipe does not look at.

    They are `UNUSED` of its module, a tuple of names, or `SMALL_UNUSED` where
    its small recipe has another network. The module is read, not run: a recipe
    of one's own does nothing here, and TensorFlow is not loaded.

    Args:
        recipe: Its name in a run's `config.json`.
        run: Folder of the run, with a copy of a recipe of one's own.
        small: Whether the run is one of its small recipe.

    Returns:
        The names; empty for a recipe that says nothing of it.

    Example:
    >>> "model.backbone" in read_unused("finetune")
    True
    """
    try:
        said = _read_tuples(find_source(recipe, run))
    except (OSError, ValueError, TypeError, SyntaxError):
        return set()
    unused = said.get("UNUSED", ())
    return set(said.get("SMALL_UNUSED", unused) if small else unused)


def _read_tuples(file):
    """What a module says of unused settings, by the name of its variable."""
    return {
        target.id: ast.literal_eval(line.value)
        for line in ast.parse(file.read_text("utf-8")).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if getattr(target, "id", "") in ("UNUSED", "SMALL_UNUSED")
    }
