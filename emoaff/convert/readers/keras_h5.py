"""Reads weights that Keras stored as HDF5; never builds the model.

What is public here:

    KerasFile
    read_keras_h5(path) -> KerasFile
    group_by_kind(weights) -> dict of array
"""

import dataclasses
import json
import os
import pathlib
import re
from collections.abc import Iterable

import h5py
import numpy as np

from emoaff.convert.readers.keras_config import list_layer_classes
from emoaff.convert.readers.keras_config import refuse_code
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.presets.hdf5_heaps import refuse_broken_heaps

# Weights hardly shrink: beyond this a dataset claims what it does not hold.
_LARGEST_RATIO = 32
_WHOLE = "model_weights"
_TOP = "top_level_model_weights"


@dataclasses.dataclass(frozen=True, eq=False)
class KerasFile:
    """The contents of a Keras file.

    Args:
        path: The file.
        layers: Name and weights (name and array) of every layer that has any.
            A model within the model is one layer with all its weights.
        classes: Class name by layer name, also of layers within layers. Empty
            if the file has no config.
        in_order: Whether `layers` is in the order of the model.
    """

    path: pathlib.Path
    layers: tuple[tuple[str, tuple[tuple[str, np.ndarray], ...]], ...]
    classes: dict[str, str]
    in_order: bool = True


def read_keras_h5(path: str | os.PathLike) -> KerasFile:
    """Reads the arrays of `.h5` or `.hdf5` files of Keras 2 and 3.

    Whole models ("with config"), weights alone and `.weights.h5` are read.
    Weight names are kept as the file has them, such as `conv1/kernel:0`,
    `conv1/kernel` or, in `.weights.h5`, which has no names, their number.

    Args:
        path: The file.

    Returns:
        Its layers. Arrays keep their dtype.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, is damaged, refers to other files,
            or its config holds program code (`Lambda` layers).
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a file of Keras's weights. There is no {path}."
        )
    refuse_pointer(path, "a file of Keras's weights")
    try:
        refuse_broken_heaps(path)
        with h5py.File(path) as file:
            _refuse_links(path, file)
            return _read(path, file)
    except Exception as error:  # h5py raises whatever it stumbles over
        if type(error) is ValueError and str(error).startswith("Expected"):
            raise
        raise ValueError(
            f"Expected weights that Keras stored as HDF5 in {path}. Found "
            f"none that can be read ({type(error).__name__}: {_line(error)}). "
            "The file is damaged or of another kind: download it again, or "
            "choose another --from."
        ) from error


def group_by_kind(
    weights: Iterable[tuple[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    """Returns the arrays of one layer by the last part of their names.

    So `conv1/kernel:0`, `kernel_1:0` and `conv1/kernel` all become `kernel`.
    Of two with one name, as a model within a model has, the last stays.

    Args:
        weights: Name and array of each.
    """
    return {
        re.sub(r"(_\d+)?(:\d+)?$", "", name.rsplit("/", 1)[-1]): array
        for name, array in weights
    }


def _read(path, file):
    config = _text(file.attrs.get("model_config"))
    classes = {}
    if config is not None:
        config = _parse_config(config, path)
        refuse_code(config, path)
        classes = list_layer_classes(config)
    group = file.get(_WHOLE, file)
    if _names(group, "layer_names") is not None:
        return KerasFile(path, tuple(_read_named_layers(group, path)), classes)
    if isinstance(file.get("layers"), h5py.Group):
        return KerasFile(
            path, tuple(_read_numbered_layers(file, path)), classes, False
        )
    raise ValueError(
        f"Expected a file with Keras's weights. {path} is HDF5, but has "
        "neither `layer_names` nor `layers`, as every one of Keras's has. "
        "Choose the file with the weights."
    )


def _read_named_layers(group, path):
    for name in [*_names(group, "layer_names"), _TOP]:
        if name not in group:
            if name == _TOP:
                continue
            raise KeyError(f"the layer {name} is listed but not there")
        weights = _names(group[name], "weight_names") or []
        if weights:
            arrays = ((w, _read_array(group[name], w, path)) for w in weights)
            yield name, tuple(arrays)


def _read_numbered_layers(file, path):
    """The layers of `.weights.h5`, whose groups are alphabetical."""
    for key, group in file["layers"].items():
        weights = tuple(_numbers(group, path))
        if weights:
            yield _read_own_name(group, key), weights


def _numbers(group, path, prefix=""):
    own = group.get("vars", {})
    for number in sorted(own, key=lambda n: (len(n), n)):
        yield f"{prefix}{number}", _read_array(own, number, path)
    for key, inner in group.items():
        if key == "layers":
            for name, layer in inner.items():
                inside = f"{prefix}{_read_own_name(layer, name)}/"
                yield from _numbers(layer, path, inside)
        elif key != "vars" and isinstance(inner, h5py.Group):
            yield from _numbers(inner, path, f"{prefix}{key}/")


def _read_own_name(group, key):
    own = group.get("vars")
    return _text(own.attrs.get("name", key)) if own is not None else key


def _read_array(group, name, path):
    dataset = group[name]
    if not isinstance(dataset, h5py.Dataset):
        raise KeyError(f"{name} is no array")
    if dataset.external or dataset.is_virtual:
        raise _make_elsewhere_error(path, name)
    held = dataset.id.get_storage_size()
    if dataset.dtype.kind not in "fiub" or dataset.nbytes > (
        held * _LARGEST_RATIO
    ):
        raise ValueError(
            f"Expected arrays of numbers in {path}. Found {name} of shape "
            f"{dataset.shape} and dtype {dataset.dtype} in {held} bytes. The "
            "file is damaged: download it again."
        )
    return dataset[()]


def _refuse_links(path, file):
    """A link could lead to any file of this machine."""

    def named(name, link):
        return None if isinstance(link, h5py.HardLink) else name

    name = file.visititems_links(named)
    if name is not None:
        raise _make_elsewhere_error(path, name)


def _make_elsewhere_error(path, name):
    return ValueError(
        f"Expected the weights in {path} itself. Found that {name} is "
        "elsewhere, as Keras never stores it. Do not use this file."
    )


def _names(group, attribute):
    """A list of names; Keras cuts long ones into several attributes."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    if f"{attribute}0" not in group.attrs:
        return None
    names, chunk = [], 0
    while f"{attribute}{chunk}" in group.attrs:
        names += map(_text, group.attrs[f"{attribute}{chunk}"])
        chunk += 1
    return names


def _text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _parse_config(config, path):
    try:
        return json.loads(config)
    except (ValueError, RecursionError, TypeError) as error:
        raise ValueError(
            f"Expected the model's config in {path} as JSON. Found something "
            "else. The file is damaged: download it again."
        ) from error


def _line(error):
    return " ".join(str(error).split())[:200]
