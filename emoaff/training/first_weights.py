"""Where a model's first weights come from."""

import os
import pathlib

import keras

from emoaff import presets
from emoaff.presets import resolve_preset


def find_backbone_weights(start: str) -> str | None:
    """Returns what `build_backbone` takes as `weights` for this `start`."""
    if start == "imagenet" or start.endswith(".h5"):
        return start
    return None


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
