"""Runs a recipe: from a built corpus to a preset folder, resumable."""

import dataclasses
import json
import os
import pathlib

import keras

from emoaff import corpora
from emoaff.layers.keras_settings import use_own_settings
from emoaff.training import recipe_lookup
from emoaff.training import run_log
from emoaff.training.training_run import TrainingRun
from emoaff.training.training_step import is_chief
from emoaff.training.training_step import set_precision
from emoaff.training.training_step import strategy_named


def train(
    recipe: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    overrides: dict[str, str] | None = None,
    resume: bool = False,
    strategy: str = "none",
    xla: bool = False,
    report=print,
) -> pathlib.Path:
    """Trains a recipe and writes its preset.

    `out` gets `config.json` (the recipe's settings), `environment.json`
    (versions, state of the code, command, seed), what
    `emoaff.training.training_run.TrainingRun` writes, and `preset/`.

    Args:
        recipe: Name of a recipe.
        data_dir: Where the recipe's corpus was built. One that needs no files
            is built here if it is missing, but not for several workers.
        out: Folder of the run.
        overrides: Values of the recipe's `Config` to use instead, as text.
        resume: Whether to go on with the run in `out`, with its own config.
        strategy: See `emoaff.training.training_step.strategy_named`.
        xla: Whether XLA compiles the computation of a step.
        report: Called with each line of progress.

    Returns:
        The preset folder, `out/preset`.

    Raises:
        ValueError: For an unknown recipe or setting, an `out` that holds
            something and `resume` is false, or a loss that is not finite.
        FileNotFoundError: If the corpus or the initial weights are missing.
    """
    module = recipe_lookup.load(recipe)
    out = pathlib.Path(out)
    devices = strategy_named(strategy)
    config = open_run(
        recipe,
        module.Config,
        out,
        overrides or {},
        resume,
        creates=is_chief(devices),
    )
    if strategy != "multiworker":
        corpora.draw_missing(config.dataset, data_dir, report)
    return run_recipe(
        module, config, data_dir, out, devices=devices, xla=xla, report=report
    )


@use_own_settings()
def run_recipe(
    module,
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
        module: The recipe.
        config: An instance of its `Config`.
        data_dir: See `train`.
        out: See `train`.
        devices: A `tf.distribute.Strategy`, or `None` for the default one.
        xla: See `train`.
        splits: See `emoaff.training.recipe_lookup.experiment`.
        report: See `train`.

    Returns:
        See `train`.
    """
    devices = devices or strategy_named("none")
    keras.utils.set_random_seed(config.seed)
    before = keras.config.dtype_policy()
    set_precision(getattr(config, "precision", "float32"), devices)
    try:
        experiment = recipe_lookup.experiment(
            module, config, data_dir, out, report, splits
        )
        run = TrainingRun(experiment, out, report, devices, xla)
        model = run.train()
    finally:
        keras.config.set_dtype_policy(before)
    preset = out / "preset"
    if run.is_chief:
        if getattr(config, "precision", "float32") != "float32":
            # A preset computes in float32, however it was trained.
            weights = model.get_weights()
            model = experiment.build()
            model.set_weights(weights)
        experiment.publish(model, run.history, preset)
    return preset


def open_run(recipe, config_class, out, overrides, resume, creates=True):
    """Creates a run's folder, or reads the settings of the one there.

    Args:
        recipe: Its name.
        config_class: The recipe's `Config`.
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
        if overrides:
            raise ValueError(
                "A resumed run keeps its settings. Received: --resume with "
                f"{sorted(overrides)}. Drop one of the two."
            )
        stored = json.loads(path.read_text())
        if stored.pop("recipe", recipe) != recipe:
            raise ValueError(
                f"Expected the folder of a run of {recipe}. The run in {out} "
                "is of another recipe."
            )
        return config_class(**stored)
    if not creates:
        return parse_overrides(config_class, overrides)
    if out.exists() and any(out.iterdir()):
        raise ValueError(
            f"Expected an empty or new folder for the run. {out} holds files. "
            "Choose another, or go on with that run by --resume."
        )
    config = parse_overrides(config_class, overrides)
    out.mkdir(parents=True, exist_ok=True)
    run_log.write_json(
        out / "environment.json", run_log.environment(config.seed)
    )
    run_log.write_json(path, {"recipe": recipe, **dataclasses.asdict(config)})
    return config


def parse_overrides(config_class, overrides: dict[str, str]):
    """Builds a config from texts such as `{"seed": "3"}`.

    Text fields take the text as it is; every other field takes JSON.

    Raises:
        ValueError: For an unknown name or a value of another type.
    """
    defaults = config_class()
    values = {}
    for name, text in overrides.items():
        if not hasattr(defaults, name):
            known = ", ".join(f.name for f in dataclasses.fields(defaults))
            raise ValueError(f"No setting {name!r}. Expected one of: {known}.")
        default = getattr(defaults, name)
        if isinstance(default, str):
            values[name] = text
            continue
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = None
        if isinstance(default, float) and isinstance(value, int):
            value = float(value)
        if not isinstance(
            value, list if type(default) is tuple else type(default)
        ):
            raise ValueError(
                f"Expected a value like {json.dumps(default)} for {name}. "
                f"Received: {name}={text}."
            )
        values[name] = value
    return config_class(**values)
