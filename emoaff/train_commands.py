"""The commands that repeat a run, as its preset and card give them.

What is public here:

    train_commands(recipe, config, out="") -> list of str
    portable_settings(config) -> dict
"""

import dataclasses
import json
import os
import pathlib
import re
import shlex

from emoaff import presets

# Settings that may name a run, or a file, by its place on one machine.
_PLACES = ("initial_weights", "start", "teacher", "features_from")


def train_commands(recipe: str, config) -> list[str]:
    """Returns the commands that repeat a run, those of the runs before first.

    Args:
        recipe: Its name.
        config: The run's settings, an instance of the recipe's `Config`. The
            commands of runs that its `start`, `teacher` or `features_from`
            name are read from their presets.

    Returns:
        A line each, the last one of this run, with `runs/` and the recipe's
        name as its folder.
    """
    commands = []
    for name in _PLACES:
        commands += _commands_of(pathlib.Path(getattr(config, name, "")))
    command = f"emoaff train {recipe} --data-dir data --out runs/{recipe}"
    settings = portable_settings(config)
    for field in dataclasses.fields(config):
        value = settings[field.name]
        if _json(value) != _json(field.default):
            text = value if isinstance(value, str) else _json(value)
            command += f" --set {shlex.quote(f'{field.name}={text}')}"
    return list(dict.fromkeys([*commands, command]))


def portable_settings(config) -> dict:
    """Returns the settings with runs and files by name, wherever they lay.

    A run `/somewhere/mine` becomes `runs/mine`, a file keeps its name only.
    """
    settings = dataclasses.asdict(config)
    for name in _PLACES:
        place = settings.get(name, "")
        if os.sep in place:
            path = pathlib.PurePath(place)
            settings[name] = path.name if path.suffix else f"runs/{path.name}"
    return settings


def _commands_of(run):
    """The commands of an earlier run, of which there may be none."""
    preset = run / "preset"
    if not (preset / presets.CONFIG).is_file():
        return []
    origin = presets.read_config(preset).get("provenance", {})
    if "train_command" not in origin:  # converted
        return []
    lines = [line.strip() for line in origin["train_command"].splitlines()]
    lines[-1] = re.sub(r"--out \S+", f"--out runs/{run.name}", lines[-1])
    return lines


def _json(value):
    return json.dumps(value, separators=(",", ":"))
