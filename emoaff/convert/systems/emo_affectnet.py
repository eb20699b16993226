"""EMO-AffectNet's weights, as Keras, PyTorch and TorchScript files hold them.

What is public here:

    from_emo_affectnet(path, ...) -> Conversion
"""

import os
import pathlib

import h5py
import keras

from emoaff import labels
from emoaff.convert.conversion import Conversion
from emoaff.convert.features_source import find_features_source
from emoaff.convert.filling import fill
from emoaff.convert.matching import match_layers
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.convert.readers.torch_archive import read_torch
from emoaff.convert.systems import emo_affectnet_about as about
from emoaff.convert.systems import emo_affectnet_names as known
from emoaff.convert.torch_modules import to_keras
from emoaff.models.emo_affectnet import build_emo_affectnet_backbone
from emoaff.models.emo_affectnet import build_emo_affectnet_lstm

_LABELS = "emo_affectnet"
_FILTERS = ("nearest", "area")


def from_emo_affectnet(
    path: str | os.PathLike,
    *,
    features_from: str = "",
    interpolation: str = "nearest",
    size: int = 224,
) -> Conversion:
    """EMO-AffectNet: the image model, or an LSTM over its features.

    Keras's `.h5` files are read with and without config, PyTorch's as state
    dicts, TorchScript or safetensors. Which of the two networks it is shows in
    the file.

    Args:
        path: The file.
        features_from: For an LSTM: the preset of the converted image model.
        interpolation: How face crops of the image model are resized:
            `"nearest"`, as for the published accuracy, or `"area"`, as for
            the system's reports on videos.
        size: Side of the image model's pictures in pixels; the system's is
            224.

    Returns:
        The network with the file's weights.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or of another network, a setting is
            not one of the above, or `features_from` is missing or does not
            belong here.
    """
    path = pathlib.Path(path)
    if interpolation not in _FILTERS or size < 32:
        raise ValueError(
            f"`interpolation` must be one of {', '.join(_FILTERS)}, and `size` "
            f"at least 32. Received: interpolation={interpolation!r}, "
            f"size={size}."
        )
    layers, kind = _read(path)
    if any("recurrent_kernel" in arrays for _, arrays in layers):
        return _convert_temporal(path, layers, kind, features_from)
    if features_from:
        raise ValueError(
            f"Expected an LSTM in {path}, since features are to come from "
            f"{features_from}. Found the image model. Leave --features-from "
            "out."
        )
    return _convert_static(path, layers, kind, interpolation, size)


def _convert_static(path, layers, kind, interpolation, size):
    model = build_emo_affectnet_backbone(labels.get(_LABELS), size)
    notes = _fill(model, path, layers, kind)
    taken = {"size": size, "channels": "RGB", "range": [0, 255]}
    config = {
        "input": taken,
        "crop": {
            "margin": 0.0,
            "interpolation": interpolation,
            "shape": "stretch",
        },
        "sampling": {"window": 1, "rate_hz": None},
        "outputs": _outputs(),
        "licence": about.LICENCE,
        "provenance": {
            **about.STATIC,
            "published": about.published_static(path.name),
        },
    }
    notes += about.static_notes(path.name, size)
    return Conversion(_named(model), config, tuple(notes))


def _convert_temporal(path, layers, kind, features_from):
    if not features_from:
        raise ValueError(
            f"Expected the preset of the image model whose features the LSTM "
            f"in {path} takes. Received none. Convert the image model first "
            "and name its folder with --features-from."
        )
    taken, crop = find_features_source(features_from, 512)
    model = build_emo_affectnet_lstm(classes=labels.get(_LABELS))
    notes = _fill(model, path, layers, kind)
    config = {
        "input": taken,
        "crop": crop,
        "sampling": {
            "window": 10,
            "rate_hz": 5,
            "stride": 5,
            "rule": _LABELS,
        },
        "outputs": _outputs(),
        "licence": about.LICENCE,
        "provenance": {
            **about.TEMPORAL,
            "published": about.published_temporal(path.name),
        },
    }
    notes += about.TEMPORAL_NOTES
    return Conversion(_named(model), config, tuple(notes))


def _read(path):
    """The file's layers, and whether they go by Keras's names."""
    if path.is_file() and h5py.is_hdf5(path):
        layers = [
            (name.replace("/", "_"), arrays)
            for name, arrays in list_layers(read_keras_h5(path))
        ]
        return layers, "keras"
    modules = to_keras(read_torch(path).tensors, path)
    return list(modules.items()), "torch"


def _fill(model, path, layers, kind):
    """Sets the weights; returns notes."""
    if kind == "keras":
        names, order = (
            known.find_keras_names(model),
            known.list_in_keras_order(model),
        )
        layers = _rename_last_layers(layers, model)
    else:
        order = known.list_in_torch_order(model)
        names = known.find_torch_names(order)
    arrays, note = match_layers(model, layers, names, path, order)
    fill(model, arrays, path)
    return [note] if note else []


def _rename_last_layers(layers, model):
    """Renames LSTM and dense layers to ours, as each training names its own."""
    ours = [
        layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.Dense | keras.layers.LSTM)
    ]
    own = [
        i
        for i, (_, arrays) in enumerate(layers)
        if "recurrent_kernel" in arrays
        or getattr(arrays.get("kernel"), "ndim", 0) == 2
    ]
    if len(own) != len(ours):
        return layers
    renamed = dict(zip(own, ours, strict=True))
    return [
        (renamed.get(i, name), arrays)
        for i, (name, arrays) in enumerate(layers)
    ]


def _named(model):
    """The same layers with a dict of outputs, as presets have them."""
    outputs = {"expression": model.output}
    return keras.Model(model.inputs, outputs, name=model.name)


def _outputs():
    space = labels.get(_LABELS)
    return {
        "expression": {
            "kind": "probabilities",
            "range": [0, 1],
            "label_space": space.name,
            "classes": list(space.classes),
        }
    }
