"""From a trained model to a preset folder with scores and card."""

import os
import pathlib
import shlex
import tempfile
from collections.abc import Mapping
from types import MappingProxyType

import keras
import numpy as np

from emoaff import corpora
from emoaff import presets
from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.recording_predictions import describe_features_source
from emoaff.labels import AFFECT_TARGETS
from emoaff.labels import DIMENSION_RANGE
from emoaff.presets import model_card
from emoaff.presets import resolve_preset
from emoaff.presets.calibration import Calibration
from emoaff.presets.whole_folder import write_whole
from emoaff.training.commands import portable_settings
from emoaff.training.commands import run_name
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.weighted_pooling import weigh_places

# Activation, kind in `config.json` and name of the output, for each target.
_CLASSES = {
    "expression": ("softmax", "probabilities", "expression"),
    "distribution": ("softmax", "probabilities", "expression"),
    "emotions": ("sigmoid", "probabilities of each", "emotions"),
}


def publish(
    model: keras.Model,
    config: dict,
    folder: str | os.PathLike,
    recordings: Recordings,
    report,
    stored: str = "float16",
    side_files: str = "",
) -> pathlib.Path:
    """Saves, scores and describes a preset.

    The folder is there when all of this is done, and not before. The preset is
    scored as saved: with weights as stored and its own preprocessing. If
    these are 8 bits, it is scored before too, for the card to tell the cost.

    Args:
        model: The model as shipped.
        config: See `emoaff.presets.save_preset`.
        folder: The preset folder.
        recordings: What to score on.
        report: Called with the scores as text.
        stored: See `emoaff.presets.save_preset`.
        side_files: See `emoaff.evaluation.evaluate`.

    Returns:
        The folder.
    """
    if stored == "int8":
        origin = config["provenance"]
        before = _describe_full_precision_scores(
            model, config, recordings, side_files
        )
        config = {**config, "provenance": {**origin, "before_storage": before}}
    folder = pathlib.Path(folder)
    with write_whole(folder) as half:
        presets.save_preset(model, half, config, stored)
        preset = presets.load_preset(half)
        table = evaluate_recordings(
            preset, recordings, side_files=side_files
        ).table
        complete = {**preset.config, "scores": table.to_dict()}
        presets.write_config(half, complete)
        card = model_card.render(config["name"], complete)
        (half / presets.CARD).write_text(card, "utf-8")
    report(table.to_text())
    return folder


def _describe_full_precision_scores(model, config, recordings, side_files):
    """The main scores, in words, with weights as they were trained."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "preset"
        presets.save_preset(model, path, config, "float32")
        preset = presets.load_preset(path)
        table = evaluate_recordings(
            preset, recordings, side_files=side_files
        ).table
    return model_card.write_headline({"scores": table.to_dict()}, digits=4)


def choose_scored(data, data_dir, validation: Recordings | None) -> Recordings:
    """Returns what a finished preset is scored on.

    Args:
        data: A `DataConfig`.
        data_dir: Where the corpus was built.
        validation: What to score on where `data.score_split` is empty; `None`
            for the corpus's `data.validation_split`.
    """
    if validation is not None and not data.score_split:
        return validation
    split = data.score_split or data.validation_split
    return load_recordings(data.dataset, split, data_dir)


def publish_clips(
    model: keras.Model,
    history: list[dict],
    folder: str | os.PathLike,
    *,
    config,
    about: Mapping[str, str],
    commands: list[str],
    space,
    data_dir: str | os.PathLike,
    report,
    out: str | os.PathLike = "",
    validation: Recordings | None = None,
    calibration: Calibration | None = None,
    prior: Mapping = MappingProxyType({}),
    shipped: keras.Model | None = None,
    sides: Mapping[str, dict] = MappingProxyType({}),
) -> pathlib.Path:
    """Makes the preset of a model that was trained on windows or frames.

    Args:
        model: With one output: affect dimensions in the order of
            `config.data.target`, or logits.
        history: A dict of measures for each epoch.
        folder: The preset folder.
        config: The run's settings, a `ClipConfig`.
        about: Texts `name` (the recipe's), `summary`, `data`, `licence`,
            `training` and `limits`; and, if there are any, `away`, a list of
            sentences on figures on other corpora, and `not_for`, a sentence.
        commands: That repeat the run, see
            `emoaff.training.commands.train_commands`.
        space: The label space of the logits, or `None`.
        data_dir: Where the corpus was built.
        report: Called with the scores as text.
        out: Folder of the run, whose name the preset gets. Defaults to the
            recipe's name.
        validation: What to score on where `config.data.score_split` is empty;
            `None` for the corpus's `config.data.validation_split`.
        calibration: Becomes part of the model; `None` leaves logits as they
            are.
        prior: `shares` of the classes for which the expression's probabilities
            hold, and their `derivation`, a text; or empty.
        shipped: The model as shipped, calibration and all; `None` for that of
            `add_probabilities`.
        sides: What the model takes beside faces, see
            `emoaff.training.modalities.describe_sides`.

    Returns:
        The folder.

    Raises:
        ValueError: See `emoaff.evaluation.preset_scoring.evaluate_recordings`.
    """
    data = config.data
    own = validation is not None and not data.score_split
    recordings = choose_scored(data, data_dir, validation)
    name = run_name(out) if out else about["name"]
    described = {
        "name": name,
        **_describe_input(config, data_dir),
        "sampling": _describe_sampling(config, recordings),
        "outputs": _outputs(data.target, space, prior),
        "licence": about["licence"],
        "provenance": {
            **{k: about[k] for k in ("summary", "data", "training", "limits")},
            **{k: about[k] for k in ("away", "not_for") if k in about},
            "train_command": "\n    ".join(commands),
            "settings": portable_settings(config),
            "history": history,
        },
    }
    if sides:
        described["input"] |= {"faces": data.sees_faces, "sides": dict(sides)}
    if prior:
        described["provenance"]["class_prior"] = prior["derivation"]
    if calibration:
        described["provenance"].update(describe_calibration(calibration))
        if not data.score_split:
            described["provenance"]["held_out_of"] = (
                "pictures of the validation split, whose recordings are not "
                "among those scored"
            )
    if not own:
        split = data.score_split or data.validation_split
        described["provenance"]["evaluate_command"] = (
            f"emoaff evaluate {shlex.quote(f'runs/{name}')} --dataset "
            f"{data.dataset} --split {shlex.quote(split)} --data-dir data"
        )
        files = portable_settings(config)["data"]["side_files"]
        if files and sides:
            described["provenance"]["evaluate_command"] += (
                f" --side-files {shlex.quote(files)}"
            )
    if shipped is None:
        shipped = add_probabilities(
            model, data.target, about["name"], calibration
        )
    return publish(
        shipped,
        described,
        folder,
        recordings,
        report,
        config.model.stored,
        data.used_side_files,
    )


def describe_calibration(calibration: Calibration) -> dict:
    """Describes a calibration for a preset's `provenance`."""
    facts = {
        "temperature": calibration.temperature,
        "held_out": calibration.fitted_on,
    }
    if calibration.prior_share:
        facts["prior_share"] = calibration.prior_share
    return facts


def add_probabilities(
    model: keras.Model,
    target: str,
    name: str,
    calibration: Calibration | None = None,
) -> keras.Model:
    """The model as shipped: the same layers, and probabilities for logits.

    Args:
        model: With one output.
        target: See `emoaff.training.data_groups.DataConfig`.
        name: Of the result.
        calibration: Of the logits, or `None`.

    Returns:
        A model that puts out a dict with one name: `target`, but `expression`
        for `distribution`.
    """
    if calibration and calibration.pooling is not None:
        model = weigh_places(model, calibration.pooling)
    x = model.output[target] if isinstance(model.output, dict) else model.output
    output = target
    if target not in AFFECT_TARGETS:
        activation, _, output = _CLASSES[target]
        if calibration:
            scale = 1 / calibration.temperature
            x = keras.layers.Rescaling(
                scale,
                (scale * calibration.offset).tolist(),
                dtype="float32",
                name="calibration",
            )(x)
        x = keras.layers.Activation(
            activation, dtype="float32", name="probabilities"
        )(x)
    # As a dict where they are several, or Keras goes by their order.
    several = isinstance(model.input, dict)
    inputs = model.input if several else model.inputs
    return keras.Model(inputs, {output: x}, name=name)


def _describe_input(config, data_dir):
    """Describes the model's input and how a face is cropped for it."""
    features_from = config.data.features_from
    if features_from:
        source = presets.read_config(resolve_preset(features_from))
        return {
            "input": describe_features_source(features_from),
            "crop": source["crop"],
        }
    dataset = split_datasets(config.data.dataset)[0]
    builder = corpora.make_builder(dataset, data_dir)
    margin = getattr(builder, "CROP_MARGIN", 0.0)
    margin = getattr(builder.builder_config, "margin", margin)
    return {
        "input": {
            "size": config.model.size,
            "channels": "RGB",
            "range": [0, 255],
        },
        "crop": {"margin": margin, "interpolation": "area"},
    }


def _describe_sampling(config, recordings):
    rates = find_stored_rates(recordings)
    known = rates[np.isfinite(rates)]
    rate = round(float(np.median(known)), 3) if len(known) else None
    window = config.window
    sampling = {"window": window.frames, "rate_hz": window.sample_hz or rate}
    if window.frames > 1:
        sampling["stride"] = window.stride or window.frames
        sampling["rule"] = window.rule
    return sampling


def _outputs(target, space, prior):
    if target in AFFECT_TARGETS:
        output = {
            "kind": "dimensional",
            "names": target.split("_"),
            "range": list(DIMENSION_RANGE),
        }
        return {target: output}
    _, kind, name = _CLASSES[target]
    output = {
        "kind": kind,
        "range": [0, 1],
        "label_space": space.name,
        "classes": list(space.classes),
    }
    if prior:
        shares = [round(float(share), 6) for share in prior["shares"]]
        output["class_prior"] = shares
        if prior["sharpness"] != 1:
            output["prior_sharpness"] = round(prior["sharpness"], 4)
    return {name: output}
