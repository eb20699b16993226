"""Weights of a preset for PyTorch.

What is public here:

    write_safetensors(preset, path, names)
"""

import os
import pathlib
import tempfile

import keras
import numpy as np

from emoaff.convert.systems import emo_affectnet_names
from emoaff.convert.systems import torchvision_names
from emoaff.convert.torch_modules import to_torch
from emoaff.presets.preset import Preset

_INPUTS = {
    "torchvision": (
        "RGB / 255, minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, "
        "0.225)"
    ),
    "emo-affectnet": "BGR 0-255 minus (91.4953, 103.8827, 131.0912)",
}
_NAMES = tuple(_INPUTS)


def write_safetensors(
    preset: Preset, path: str | os.PathLike, names: str | None = None
) -> pathlib.Path:
    """Writes weights so that PyTorch's `load_state_dict(strict=True)` fits.

    Of an LSTM's two biases the second is zero, since Keras has their sum.
    Normalisation of the pictures is no part of the weights; the file's
    metadata says what the network wants.

    Args:
        preset: With EMO-AffectNet's image model or LSTM, or with a ResNet in
            torchvision's layout; the latter goes into a network without its
            last layer (`network.fc = torch.nn.Identity()`).
        path: The `.safetensors` file; an old one is replaced.
        names: Whose names the tensors get: `"torchvision"` or
            `"emo-affectnet"`. Defaults to those that the network has.

    Returns:
        The file.

    Raises:
        ValueError: If `names` is neither, or the network is another.

    Example:
    >>> preset = emoaff.load_preset("my_lstm")
    >>> write_safetensors(preset, "back.safetensors").name
    'back.safetensors'
    """
    from safetensors.numpy import save

    if names is not None and names not in _NAMES:
        raise ValueError(
            f"`names` must be one of {', '.join(_NAMES)}. Received: "
            f"names={names!r}."
        )
    layers = _list_layers(preset.model)
    found = _map_to_modules(preset, layers, names)
    tensors = {}
    for layer, module in found.items():
        for part, array in to_torch(layers[layer]).items():
            tensors[f"{module}.{part}"] = array
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"format": "pt", "written_by": "emoaff", "preset": preset.name}
    if not preset.takes_features:
        about["input"] = _INPUTS[_kind(layers)]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        half = pathlib.Path(folder) / path.name
        half.write_bytes(save(tensors, about))
        half.replace(path)
    return path


def _map_to_modules(preset, layers, names):
    """The module's name for each layer."""
    kind = _kind(layers)
    if kind is None or names not in (None, kind):
        wish = f", for the names of {names}" if names else ""
        raise ValueError(
            "Expected a preset of EMO-AffectNet's networks or of a ResNet in "
            f"torchvision's layout{wish}. Received: {preset.name}, with the "
            f"layers {', '.join(list(layers)[:3])}, ... Other networks have no "
            "counterpart in PyTorch here: use `emoaff export` for them."
        )
    if kind == "torchvision":
        return torchvision_names.find_torch_names(layers)
    return emo_affectnet_names.find_torch_names(layers)


def _kind(layers):
    """Whose network it is; `None` of others."""
    if torchvision_names.is_resnet(layers):
        # Keras's own layout has biases and strides where torchvision has none.
        biased = "bias" in layers["conv1_conv"]
        return None if biased else "torchvision"
    try:
        names = emo_affectnet_names.find_torch_names(layers)
    except KeyError:
        return None
    ends = {"fc1", "fc2"}, {"lstm1", "lstm2", "fc"}
    known = any(end <= set(names.values()) for end in ends)
    return "emo-affectnet" if known else None


def _list_layers(model):
    """The weights of each layer by Keras's names, models within it opened."""
    found = {}
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)
        if isinstance(inner, keras.Model):
            found.update(_list_layers(inner))
        elif layer.weights:
            found[layer.name] = {
                v.name: np.asarray(v, np.float32)
                for v in layer.variables
                if "seed_generator" not in v.path
            }
    return found
