"""Where a model's first weights come from."""

import os
import pathlib

import keras
import numpy as np

from emoaff import presets
from emoaff.presets import resolve_preset
from emoaff.training import checkpoint
from emoaff.training.commands import PRESET


def find_backbone_weights(start: str) -> str | None:
    """Returns what `build_backbone` takes as `weights` for this `start`."""
    if start == "imagenet" or start.endswith(".h5"):
        return start
    return None


def require_weights_file(start: str) -> None:
    """Raises FileNotFoundError if `start` is a file that is not there."""
    if start.endswith(".h5") and not os.path.isfile(start):
        raise FileNotFoundError(
            "Expected the file of the first weights. Received: model.start="
            f"{start}. Give its path, or nothing to start from random weights."
        )


def begin(model: keras.Model, settings, report) -> set[str]:
    """Gives a model the first weights that the settings name.

    Args:
        model: Gets the weights; those of a file it has already.
        settings: A `ModelConfig`.
        report: Called with a line that says what was taken.

    Returns:
        Names of the layers that are not new: those that did not begin at
        random, but with `begin="checkpoint"` all image models.

    Raises:
        FileNotFoundError: See `fill_from_runs`.
        ValueError: If there is no such preset, or no layer of it fits.
    """
    start = settings.start
    if settings.begin == "preset":
        return begin_from(model, start, report)
    if start and not find_backbone_weights(start):
        fill_from_runs(model, start)
        report(f"weights taken from {start}")
    return {
        layer.name for layer in model.layers if isinstance(layer, keras.Model)
    }


def begin_from(model: keras.Model, start: str, report) -> set[str]:
    """Copies the weights of every layer that a preset has in the same shape.

    Args:
        model: Gets the weights.
        start: Preset folder or name, or a run; other values, which a backbone
            loads itself or which mean random weights, change nothing.
        report: Called with a line that says what was taken.

    Returns:
        Names of the layers that did not begin at random.

    Raises:
        ValueError: If there is no such preset, or no layer of it fits.
    """
    if not start:
        return set()
    if find_backbone_weights(start):
        return {"backbone"}
    if not os.path.isdir(start) and start not in presets.list_presets():
        raise ValueError(
            "Expected random weights (empty), imagenet, a .weights.h5 file, a "
            f"preset or the folder of a run. Received: start={start}."
        )
    source = presets.load_preset(resolve_preset(start)).model
    taken = copy_layers(source, model) | _copy_image_model(source, model)
    if not taken:
        raise ValueError(
            f"Expected in {pathlib.Path(start)} a model with some layer of the "
            "same name and shapes as in this recipe. Found none. Choose a run "
            "with the same backbone."
        )
    report(f"weights taken from {start}: {', '.join(sorted(taken))}")
    return taken


def fill_from_runs(model: keras.Model, runs: str) -> None:
    """Gives a model the weights of runs, averaged where there are several.

    Runs that began with the same weights can be averaged; the mean is then
    often better than each, on other pictures above all.

    Args:
        model: Gets the weights.
        runs: Folder of a run, or several, comma between; one that is named
            twice counts twice. A run without checkpoints, or the folder of a
            preset, such as `RUN/preset`, gives the preset's weights, in which
            calibration is part of the last layer; layers go by their names.

    Raises:
        FileNotFoundError: If a folder has neither checkpoints nor a preset.
        ValueError: If a preset lacks a layer of the model.

    References:
        - [Wortsman et al., 2022](https://arxiv.org/abs/2203.05482)
    """
    every = []
    for run in runs.split(","):
        path = pathlib.Path(run, "checkpoints", "best.npz")
        folders = pathlib.Path(run, PRESET), pathlib.Path(run)
        found = [each for each in folders if (each / presets.CONFIG).is_file()]
        if path.is_file():
            checkpoint.restore_checkpoint(path, model.variables)
        elif run and found:
            _fill_from_preset(model, found[0])
        else:
            raise FileNotFoundError(
                "Expected the folder of a run with checkpoints or a preset. "
                f"Received: start={run}. Give the --out of an earlier `emoaff "
                "train` of this recipe, or a preset of it."
            )
        every.append(model.get_weights())
    model.set_weights([np.mean(w, axis=0) for w in zip(*every, strict=True)])


def _fill_from_preset(model, folder):
    filled = copy_layers(presets.load_preset(folder).model, model)
    missing = {layer.name for layer in model.layers if layer.weights} - filled
    if missing:
        raise ValueError(
            f"Expected in {folder} a model with the layers "
            f"{', '.join(sorted(missing))} of this recipe, in their shapes. "
            "Found others. Give a run of this recipe."
        )


def copy_layers(source: keras.Model, model: keras.Model) -> set[str]:
    """Copies the weights of layers that have the same name and shapes.

    Returns:
        The names of those layers.
    """
    taken = set()
    theirs = {layer.name: layer for layer in source.layers}
    for layer in model.layers:
        if layer.name not in theirs or not layer.weights:
            continue
        weights = theirs[layer.name].get_weights()
        shapes = [tuple(w.shape) for w in layer.weights]
        if [w.shape for w in weights] == shapes:
            layer.set_weights(weights)
            taken.add(layer.name)
    return taken


def _copy_image_model(source, model):
    """Fills the layer `backbone` with an image model of any other name."""
    named = {layer.name: layer for layer in model.layers}
    if "backbone" not in named or any(
        layer.name == "backbone" for layer in source.layers
    ):
        return set()
    shapes = [tuple(w.shape) for w in named["backbone"].weights]
    for layer in source.layers:
        if isinstance(layer, keras.Model) and layer.weights:
            weights = layer.get_weights()
            if [w.shape for w in weights] == shapes:
                named["backbone"].set_weights(weights)
                return {"backbone"}
    return set()
