"""Runs a recipe: from a built corpus to a preset folder, resumable."""

import dataclasses
import json
import os
import pathlib
import shutil
from collections.abc import Mapping

import keras

from emoaff import corpora
from emoaff.layers.backend import require_tensorflow
from emoaff.layers.keras_settings import use_own_settings
from emoaff.training import checkpoint
from emoaff.training import recipe_lookup
from emoaff.training import run_log
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.recipe import Recipe
from emoaff.training.settings import get_setting
from emoaff.training.settings import list_settings
from emoaff.training.settings import parse_overrides
from emoaff.training.training_run import TrainingRun
from emoaff.training.training_step import is_chief
from emoaff.training.training_step import make_strategy
from emoaff.training.training_step import set_precision
from emoaff.training.unused_settings import find_unused
from emoaff.training.unused_settings import read_unused

# Settings that say how long is trained, not how.
EXTENDING = ("epochs", "patience", "stop_after")
_RECORDS = ("config.json", "environment.json")  # the first says it began
_COMPUTED = ("features_", "answers")


def train(
    recipe: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    overrides: dict[str, str] | None = None,
    resume: bool = False,
    strategy: str = "none",
    xla: bool = False,
    report=print,
    small: bool = False,
) -> pathlib.Path:
    """Trains a recipe and writes its preset.

    `out` gets `config.json` (the recipe's settings), a copy of the recipe if
    that is a file of your own, `environment.json`
    (versions, state of the code, command, seed), what
    `emoaff.training.training_run.TrainingRun` writes, and `preset/`.

    Args:
        recipe: Name of a recipe, or path of a file with one, `my_recipe.py`.
        data_dir: Where the recipe's corpus was built. One that needs no files
            is built here if it is missing, but not for several workers.
        out: Folder of the run.
        overrides: Settings to use instead of the recipe's, as text by name,
            such as `{"optimizer.learning_rate": "1e-4"}`.
        resume: Whether to go on with the run in `out`, with its own config;
            of `overrides` it takes those that only say how long, `EXTENDING`.
            A run that has ended goes on from its last epoch. A learning rate
            that falls towards the last epoch is that of the new one from then
            on.
        strategy: See `emoaff.training.training_step.make_strategy`.
        xla: Whether XLA compiles the computation of a step.
        report: Called with each line of progress.
        small: Whether to take the recipe's settings for drawn faces, which
            take minutes on two CPU cores.

    Returns:
        The preset folder, `out/preset`.

    Raises:
        ValueError: For an unknown recipe or setting, a recipe without settings
            for drawn faces if `small`, an `out` that holds
            something and `resume` is false, or a loss that is not finite.
        FileNotFoundError: If the corpus or the initial weights are missing.
            What fails before its first update leaves no folder behind.

    Example:
    This takes minutes, so no test runs it.

    >>> train("rangulov_cnn", "data", "runs/a", small=True)  # doctest: +SKIP
    PosixPath('runs/a/preset')
    """
    require_tensorflow("training")
    found = recipe_lookup.find_recipe(recipe, small, whole=False)
    if found.unwritten:
        gaps = ", ".join(found.unwritten)
        report(
            f"note: ABOUT of {found.name} has no text yet for {gaps}; the "
            "preset's card will say so, and it cannot be pushed to the Hub"
        )
    out = pathlib.Path(out)
    devices = make_strategy(strategy)
    was_there = out.exists()
    config = open_run(
        found, out, overrides or {}, resume, creates=is_chief(devices)
    )
    idle = list_idle(found, config, overrides or {}, out)
    if idle:
        report(
            "note: this recipe with its other settings leaves "
            f"{', '.join(idle)} unused"
        )
    try:
        if strategy != "multiworker":
            for dataset in split_datasets(get_setting(config, "dataset")):
                corpora.draw_missing(dataset, data_dir, report)
        return run_recipe(
            found,
            config,
            data_dir,
            out,
            devices=devices,
            xla=xla,
            report=report,
        )
    except (ValueError, OSError, ImportError):
        if not resume and is_chief(devices):
            _remove_unbegun(found, out, was_there)
        raise


def list_idle(recipe: Recipe, config, overrides: Mapping, out) -> list[str]:
    """Lists the settings that were asked for and change nothing.

    Args:
        recipe: The recipe.
        config: The run's settings.
        overrides: See `train`.
        out: See `train`.

    Returns:
        Their full names, in alphabetical order; see
        `emoaff.training.unused_settings`.
    """
    old = getattr(config, "OLD_NAMES", {})
    unused = find_unused(list_settings(config))
    unused |= read_unused(recipe.name, out, recipe.small)
    return sorted(unused & {old.get(name, name) for name in overrides})


def _remove_unbegun(recipe, out, was_there):
    """Removes the records of a run that made no update.

    What took long, such as features of frames, stays for the next one.
    """
    if (out / "checkpoints").exists():
        return
    for name in (*_RECORDS, recipe.name if recipe.file else ""):
        if name:
            (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / "tensorboard", ignore_errors=True)
    if not was_there and not any(out.iterdir()):
        out.rmdir()


@use_own_settings()
def run_recipe(
    recipe: Recipe,
    config,
    data_dir,
    out: pathlib.Path,
    *,
    devices=None,
    xla=False,
    splits=None,
    report=print,
) -> pathlib.Path:
    """Trains a recipe with settings that are already read, or goes on.

    Args:
        recipe: The recipe.
        config: The run's settings.
        data_dir: See `train`.
        out: See `train`.
        devices: A `tf.distribute.Strategy`, or `None` for the default one.
        xla: See `train`.
        splits: See `Recipe.make_experiment`.
        report: See `train`.

    Returns:
        See `train`.
    """
    devices = devices or make_strategy("none")
    keras.utils.set_random_seed(config.seed)
    before = keras.config.dtype_policy()
    precision = get_setting(config, "precision", "float32")
    set_precision(precision, devices)
    try:
        experiment = recipe.make_experiment(
            config, data_dir, out, report, splits
        )
        run = TrainingRun(experiment, out, report, devices, xla)
        model = run.train()
    finally:
        keras.config.set_dtype_policy(before)
    preset = out / "preset"
    if run.is_chief:
        if precision != "float32":
            # A preset computes in float32, however it was trained.
            weights = model.get_weights()
            model = experiment.build()
            model.set_weights(weights)
        experiment.publish(model, run.history, preset)
    return preset


def open_run(
    recipe: Recipe,
    out: pathlib.Path,
    overrides: Mapping[str, str],
    resume: bool,
    creates: bool = True,
):
    """Creates a run's folder, or reads the settings of the one there.

    Args:
        recipe: The recipe.
        out: The folder.
        overrides: See `train`.
        resume: See `train`.
        creates: Whether to write; else the settings are only returned.

    Returns:
        The settings.

    Raises:
        ValueError: See `train`.
    """
    path = out / "config.json"
    if resume and path.is_file():
        _refuse_other_file(recipe, out)
        stored = json.loads(path.read_text("utf-8"))
        config = _read_run(recipe, out, dict(stored))
        if not overrides:
            return config
        longer = _extend(config, overrides, out)
        if creates:
            known = {
                k: v for k, v in stored.items() if k in ("recipe", "small")
            }
            run_log.write_json(path, {**known, **dataclasses.asdict(longer)})
        return longer
    if not creates:
        return recipe.configure(overrides)
    if out.exists() and any(_is_of_a_run(p, recipe) for p in out.iterdir()):
        raise ValueError(
            f"Expected an empty or new folder for the run. {out} holds files. "
            "Choose another, or go on with that run by --resume."
        )
    config = recipe.configure(overrides)
    out.mkdir(parents=True, exist_ok=True)
    if recipe.file:
        shutil.copyfile(recipe.file, out / recipe.name)
    run_log.write_json(
        out / "environment.json", run_log.environment(config.seed)
    )
    settings = dataclasses.asdict(config)
    small = {"small": True} if recipe.small else {}
    run_log.write_json(path, {"recipe": recipe.name, **small, **settings})
    return config


def _is_of_a_run(path, recipe):
    """Whether a file is more than what an unbegun run has."""
    kept = path.suffix == ".npy" and path.name.startswith(_COMPUTED)
    # A run that was killed before its settings, the last, were written.
    records = {*_RECORDS[1:], *(f"{n}.unfinished" for n in _RECORDS)}
    if recipe.file:
        records.add(recipe.name)
    began = (path.parent / _RECORDS[0]).is_file()
    return not kept and (began or path.name not in records)


def _extend(config, overrides, out):
    """The settings of a run that goes on for longer."""
    longer = parse_overrides(config, overrides)
    before, after = list_settings(config), list_settings(longer)
    changed = [name for name in after if after[name] != before[name]]
    wrong = [name for name in changed if name.split(".")[-1] not in EXTENDING]
    if wrong:
        raise ValueError(
            "A resumed run keeps its settings, but for "
            f"{', '.join(EXTENDING)}. Received: --resume with "
            f"{', '.join(wrong)}. Leave them out, or begin another run."
        )
    if "schedule.epochs" in changed and get_setting(longer, "schedule.stages"):
        raise ValueError(
            "Expected a run whose length is schedule.epochs. The one in "
            f"{out} has schedule.stages, which decide how long it is."
        )
    done = _count_epochs(out)
    total = get_setting(longer, "epochs", 0)
    if "schedule.epochs" in changed and total < done:
        raise ValueError(
            f"Expected more epochs than the {done} that the run in {out} has "
            f"trained. Received: epochs={total}."
        )
    return longer


def _count_epochs(out):
    last = out / "checkpoints" / "last.npz"
    return len(checkpoint.meta(last)["history"]) if last.is_file() else 0


def _refuse_other_file(recipe, out):
    """Refuses to go on with a run by a file that was changed since."""
    kept = out / recipe.name
    if not recipe.file or not kept.is_file():
        return
    if pathlib.Path(recipe.file).read_bytes() != kept.read_bytes():
        raise ValueError(
            f"Expected {recipe.file} as it was when the run in {out} began. "
            f"It was changed since. Go on by the copy, {kept}, or begin "
            "another run."
        )


def _read_run(recipe, out, stored):
    """The settings of a run on disk, if it is one of this recipe."""
    name = stored.pop("recipe", recipe.name)
    theirs = recipe_lookup.split_name(name, stored.pop("small", False))
    if theirs != (recipe.name, recipe.small):
        small = " --small" if theirs[1] else ""
        raise ValueError(
            f"Expected the folder of a run of {recipe.name_and_flag}. The run "
            f"in {out} is of {theirs[0]}{small}. Name that recipe."
        )
    return recipe.read_config(stored)
