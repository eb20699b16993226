"""Compares the runs in a folder: scores, epochs, settings that differ."""

import csv
import json
import math
import os
import pathlib

import pandas as pd

from emoaff.training import checkpoint
from emoaff.training.unused_settings import find_unused
from emoaff.training.unused_settings import read_unused

_NO_SCORE = ("epoch", "learning_rate", "loss", "seconds")
_OWN = ("recipe", "small")


def find_runs(folder: str | os.PathLike) -> list[pathlib.Path]:
    """Returns the folders of runs at or below a folder, sorted.

    Example:
    >>> find_runs("data")
    []
    """
    return sorted(
        path.parent
        for path in pathlib.Path(folder).rglob("config.json")
        if _is_run(path)
    )


def read_best(run: str | os.PathLike, measure: str = "") -> tuple:
    """Reads the score of a run's best epoch.

    Args:
        run: Its folder.
        measure: A column of `history.csv`; empty for the one that decided
            which epoch is best, or the first score where that is not stored.

    Returns:
        Name of the measure, its value, the best epoch and the number of
        epochs, counted from 1; an empty name, NaN and zeros before the end of
        the first epoch.

    Raises:
        ValueError: If the run has no such measure; the message lists them.
    """
    run = pathlib.Path(run)
    try:
        with (run / "history.csv").open(newline="") as file:
            history = list(csv.DictReader(file))
    except FileNotFoundError:
        history = []
    if not history:
        return measure, math.nan, 0, 0
    names = [name for name in history[-1] if name not in _NO_SCORE]
    chosen = measure or _find_monitor(run, names)
    if chosen not in history[-1]:
        raise ValueError(
            f"Expected a measure of the run in {run}: {', '.join(names)}. "
            f"Received: {measure!r}."
        )
    best = checkpoint.meta(run / "checkpoints" / "best.npz")["epoch"]
    value = history[best - 1][chosen]
    return chosen, float(value or "nan"), best, len(history)


def list_runs(folder: str | os.PathLike, measure: str = "") -> pd.DataFrame:
    """Lists runs with their scores, the best first.

    Args:
        folder: Where they are, at any depth.
        measure: See `read_best`.

    Returns:
        A row per run: `run` (its path below `folder`), `recipe`, `measure`,
        `score` of the best epoch, `epoch` it was, `epochs` trained, `ended`
        (whether it has a preset), and a column for each setting in which the
        runs differ and that one of them uses; `None` where a run has no such
        setting, or does not use it.

    Raises:
        ValueError: If there is no run, or one has no such measure.

    Example:
    >>> list_runs("data")
    Traceback (most recent call last):
    ValueError: Expected runs in data. Found none: no folder there, nor below \
it, has a run's config.json.
    """
    folder = pathlib.Path(folder)
    runs = find_runs(folder)
    if not runs:
        raise ValueError(
            f"Expected runs in {folder}. Found none: no folder there, nor "
            "below it, has a run's config.json."
        )
    rows, settings, unused = [], [], []
    for run in runs:
        stored = json.loads((run / "config.json").read_text("utf-8"))
        name, score, best, epochs = read_best(run, measure)
        small = " --small" if stored.get("small") else ""
        rows.append(
            {
                "run": str(run.relative_to(folder)),
                "recipe": stored["recipe"] + small,
                "measure": name,
                "score": score,
                "epoch": best,
                "epochs": epochs,
                "ended": (run / "preset" / "config.json").is_file(),
            }
        )
        settings.append(flatten_stored(stored))
        unused.append(
            find_unused(settings[-1])
            | read_unused(stored["recipe"], run, stored.get("small", False))
        )
    used = {
        n for s, u in zip(settings, unused, strict=True) for n in s.keys() - u
    }
    names = [name for name in _differing(settings) if name in used]
    for row, own, idle in zip(rows, settings, unused, strict=True):
        row.update({n: None if n in idle else own.get(n) for n in names})
    table = pd.DataFrame(rows)
    return table.sort_values("score", ascending=False, ignore_index=True)


def _is_run(path):
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and "recipe" in stored


def _find_monitor(run, names):
    stored = json.loads((run / "config.json").read_text("utf-8"))
    name = stored.get("schedule", {}).get("monitor", "")
    if stored.get("data", {}).get("held_out"):
        name = f"held_out_{name}"
    elif name == "loss":
        name = "validation_loss"
    return name if name in names else names[0]


def flatten_stored(stored: dict, before: str = "") -> dict:
    """Returns the settings in a run's `config.json` by their full names."""
    flat = {}
    for name, value in stored.items():
        if isinstance(value, dict):
            flat.update(flatten_stored(value, f"{before}{name}."))
        elif before or name not in _OWN:
            flat[before + name] = value
    return flat


def _differing(settings):
    """Names of settings that are not the same in all runs, in order."""
    names = dict.fromkeys(name for own in settings for name in own)
    return [
        name
        for name in names
        if len({json.dumps(own.get(name, "")) for own in settings}) > 1
    ]
