"""Presets that give features, and the presets that take them."""

import os
import pathlib

from emoaff.presets import folder
from emoaff.presets.preset import Preset

# The layer of an image model whose output is its features.
LAYER = "features"


def resolve_preset(source: str | os.PathLike) -> str | os.PathLike:
    """Returns the preset that `source` names: itself, or that of a run.

    Example:
    >>> resolve_preset("compact_ferplus")  # no run, so it stays as it is
    'compact_ferplus'
    """
    inside = pathlib.Path(source) / "preset"
    return inside if (inside / folder.CONFIG).is_file() else source


def features_folder(preset: Preset) -> pathlib.Path:
    """Finds the preset that another takes features from.

    A relative folder is looked for beside the preset that names it, inside
    it, then where the program runs.

    Raises:
        ValueError: If there is none.

    Example:
    >>> features_folder(load_preset("my_lstm")).name
    'my_preset'
    """
    named = os.fspath(preset.config["input"]["features_from"])
    places = [named]
    if not os.path.isabs(named):
        places = [preset.path / named, preset.path.parent / named, named]
    for place in places:
        found = pathlib.Path(resolve_preset(place))
        if (found / folder.CONFIG).is_file():
            return found
    if named in folder.list_presets():
        return folder.find(named)
    raise ValueError(
        f"{preset.name} takes features of another preset, expected in {named}. "
        "There is none. Put it back, or name its place in "
        f"`input.features_from` of {preset.path / folder.CONFIG}."
    )
