"""Runs a recipe: from a built corpus to a preset folder, resumable."""

import dataclasses
import json
import os
import pathlib

import keras
import numpy as np

from emoaff import model_card
from emoaff import presets
from emoaff import recipes
from emoaff.calibration import fit_temperature
from emoaff.data.sampling import held_out
from emoaff.data.stills import load_stills
from emoaff.evaluate import evaluate
from emoaff.training_run import TrainingRun
from emoaff.training_run import predict_logits


def train(
    recipe: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    overrides: dict[str, str] | None = None,
    resume: bool = False,
    report=print,
) -> pathlib.Path:
    """Trains a recipe and writes its preset.

    `out` gets `config.json` (the recipe with its overrides), `history.csv`
    (a row per epoch), `checkpoints/` (after each epoch, the last two kept) and
    `preset/`.

    Args:
        recipe: Name of a recipe.
        data_dir: Where the recipe's corpus was built.
        out: Folder of the run.
        overrides: Values of the recipe's `Config` to use instead, as text.
        resume: Whether to go on with the run in `out`, with its own config.
        report: Called with each line of progress.

    Returns:
        The preset folder, `out/preset`.

    Raises:
        ValueError: For an unknown recipe or setting, or an `out` that holds
            something and `resume` is false.
        FileNotFoundError: If the corpus or the initial weights are missing.
    """
    module = recipes.load(recipe)
    out = pathlib.Path(out)
    config = _open_run(module.Config, out, overrides or {}, resume)
    keras.utils.set_random_seed(config.seed)
    kept, tuning = _read(config, data_dir)
    report(f"{len(kept)} pictures to train on, {len(tuning)} held out")
    run = TrainingRun(module, config, kept, tuning, out, report)
    classifier = run.train()
    return _publish(module, config, classifier, run, data_dir)


def _open_run(config_class, out, overrides, resume):
    """Creates the run's folder, or reads the config of the one there."""
    path = out / "config.json"
    if resume and path.is_file():
        if overrides:
            raise ValueError(
                "A resumed run keeps its settings. Received: --resume with "
                f"{sorted(overrides)}. Drop one of the two."
            )
        return config_class(**json.loads(path.read_text()))
    if out.exists() and any(out.iterdir()):
        raise ValueError(
            f"Expected an empty or new folder for the run. {out} holds files. "
            "Choose another, or go on with that run by --resume."
        )
    config = parse_overrides(config_class, overrides)
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(config), indent=2) + "\n")
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


def _read(config, data_dir):
    """The pictures to learn from, and those held out."""
    stills = load_stills(config.dataset, "train", data_dir)
    stills = stills.take(np.isfinite(stills.distribution).all(axis=1))
    aside = held_out(stills.images, config.held_out)
    labelled = stills.expression >= 0
    return stills.take(~aside), stills.take(aside & labelled)


def _publish(module, config, classifier, run, data_dir):
    """Calibrates, saves and scores the preset of a finished run."""
    tuning = run.tuning
    logits = predict_logits(classifier, tuning.images, run.sides[-1])
    temperature = fit_temperature(logits, tuning.expression)
    folder = presets.save_preset(
        module.finished(classifier, config, temperature),
        run.out / "preset",
        module.preset_config(config, temperature, len(tuning), run.history()),
    )
    # Scored as saved: with its float16 weights and its own preprocessing.
    preset = presets.load_preset(folder)
    scores = evaluate(preset, config.dataset, "validation", data_dir)
    complete = {**preset.config, "scores": dataclasses.asdict(scores)}
    presets.write_config(folder, complete)
    card = model_card.render(module.NAME, complete)
    (folder / presets.CARD).write_text(card, "utf-8")
    run.report(scores.to_text())
    return folder
