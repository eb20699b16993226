"""The commands that repeat a run, as its preset and card give them.

What is public here:

    train_commands(recipe, config, out, defaults) -> list of str
    portable_settings(config) -> dict
    run_name(out) -> str
"""

import json
import os
import pathlib
import shlex

from emoaff import presets
from emoaff.training.settings import list_settings
from emoaff.training.settings import nest_settings

# A run's folder that holds its preset.
PRESET = "preset"
# Settings that may name runs, or files, by their place on one machine; several
# have a comma between them.
_PLACES = (
    "initial_weights",
    "start",
    "teacher",
    "features_from",
    "trunk",
    "model.start",
    "teacher.preset",
    "data.features_from",
)
_SIDES = "data.side_files"


def train_commands(recipe: str, config, out="", defaults=None) -> list[str]:
    """Returns the commands that repeat a run, those of the runs before first.

    Args:
        recipe: Its name, and `--small` after it where that is meant.
        config: The run's settings. The commands of runs that its `start`,
            `teacher` or `features_from` name are read from their presets.
        out: Folder of the run, of which only the name is given. Defaults to
            the recipe's name.
        defaults: The settings of a run without `--set`. Defaults to those of
            the class of `config`.

    Returns:
        A line each, the last one of this run, its folder in `runs/`.
    """
    commands = []
    for name in _PLACES:
        place = list_settings(config).get(name, "")
        for each in place.split(","):
            commands += _read_commands(pathlib.Path(each))
    name = run_name(out) if out else recipe.split()[0]
    folder = shlex.quote(f"runs/{name}")
    command = f"emoaff train {recipe} --data-dir data --out {folder}"
    usual = list_settings(defaults or type(config)())
    for name, value in _portable_values(config).items():
        if _format_json(value) != _format_json(usual[name]):
            text = value if isinstance(value, str) else _format_json(value)
            command += f" --set {shlex.quote(f'{name}={text}')}"
    return list(dict.fromkeys([*commands, command]))


def portable_settings(config) -> dict:
    """Returns the settings with runs and files by name, wherever they lay.

    A run `/somewhere/mine` becomes `runs/mine`, a preset in it
    `runs/mine/preset`; a file keeps its name only. Groups of settings become
    dicts.
    """
    return nest_settings(_portable_values(config))


def _portable_values(config):
    settings = list_settings(config)
    if _SIDES in settings:
        # A folder of a modality by its name, `audio=somewhere/sound@100`.
        settings[_SIDES] = ",".join(
            part.partition("=")[0] + "=" + pathlib.Path(part).name
            if os.sep in part
            else part
            for part in settings[_SIDES].split(",")
        )
    for name in _PLACES:
        if name in settings:
            settings[name] = ",".join(
                _make_portable(pathlib.Path(place))
                if os.sep in place
                else place
                for place in settings[name].split(",")
            )
    return settings


def run_name(out: str | os.PathLike) -> str:
    """Returns what a run is called: as its folder."""
    return pathlib.Path(out).resolve().name


def _make_portable(path):
    if path.is_file():
        return path.name
    if (path.parent / presets.CONFIG).is_file() and path.name == PRESET:
        return f"runs/{run_name(path.parent)}/{PRESET}"
    return f"runs/{run_name(path)}"


def _read_commands(run):
    """The commands of an earlier run, of which there may be none."""
    if run.name == PRESET:
        run = run.parent
    preset = run / PRESET
    if not (preset / presets.CONFIG).is_file():
        return []
    origin = presets.read_config(preset).get("provenance", {})
    if "train_command" not in origin:  # converted
        return []
    lines = [line.strip() for line in origin["train_command"].splitlines()]
    words = shlex.split(lines[-1])
    words[words.index("--out") + 1] = f"runs/{run_name(run)}"
    lines[-1] = shlex.join(words)
    return lines


def _format_json(value):
    return json.dumps(value, separators=(",", ":"))
