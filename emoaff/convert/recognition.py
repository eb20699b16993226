"""Recognises from its contents which system a weights file comes from.

What is public here:

    recognise(path, sources) -> name
"""

import os
import pathlib

import h5py
import numpy as np

from emoaff.convert.origin import find_prefix
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.convert.readers.torch_archive import read_torch


def recognise(path: str | os.PathLike, sources) -> str:
    """Returns the name of the system whose file it is.

    Args:
        path: The file, or the prefix of a TensorFlow checkpoint.
        sources: The names to choose from.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it looks like none of them, or is damaged.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise ValueError(
            f"Expected a file of weights. {path} is a folder. Name the file "
            "in it."
        )
    if path.is_file() and h5py.is_hdf5(path):
        name = _recognise_keras(list_layers(read_keras_h5(path)))
    elif not path.is_file() or find_prefix(path) != path:
        name = _recognise_checkpoint(path)
    else:
        name = _recognise_torch(read_torch(path).tensors)
    if name not in sources:
        raise ValueError(
            f"Expected a file of one of {', '.join(sorted(sources))}. {path} "
            "looks like none of them. Choose one with --from if you know "
            "better."
        )
    return name


def _recognise_torch(tensors):
    shapes = {tensor.shape for tensor in tensors.values()}
    lstm = {t.shape for n, t in tensors.items() if n.endswith("weight_hh_l0")}
    # The image model's 512 features, or the two LSTMs.
    if {(64, 3, 7, 7), (512, 2048)} <= shapes:
        return "emo-affectnet"
    if lstm == {(2048, 512), (1024, 256)}:
        return "emo-affectnet"
    if {"conv1.weight", "bn1.running_mean", "layer4.0.conv1.weight"} <= set(
        tensors
    ):
        return "torchvision-resnet"
    return None


def _recognise_keras(layers):
    names = {name.replace("/", "_") for name, _ in layers}
    kernels = [
        a["kernel"].shape for _, a in layers if np.ndim(a.get("kernel")) == 2
    ]
    recurrent = [
        a["recurrent_kernel"].shape
        for _, a in layers
        if "recurrent_kernel" in a
    ]
    if recurrent == [(512, 2048), (256, 1024)] or (2048, 512) in kernels:
        return "emo-affectnet"
    if len(recurrent) == 3 and all(n * 3 == m for n, m in recurrent):
        return "rangulov-gru"
    if "conv1_7x7_s2" in names:
        return "keras-vggface"
    if names & {"conv1_conv", "conv_dw_1", "expanded_conv_depthwise"}:
        return "keras-applications"
    return None


def _recognise_checkpoint(path):
    import tensorflow as tf

    prefix = (
        path.with_suffix("") if path.suffix in (".index", ".meta") else path
    )
    if not pathlib.Path(f"{prefix}.index").is_file():
        raise FileNotFoundError(
            f"Expected a file of weights, or the prefix of a checkpoint. "
            f"There is no {path}."
        )
    names = [name for name, _ in tf.train.list_variables(os.fspath(prefix))]
    if any(name.startswith("video_model/") for name in names):
        return "end2you"
    if any("gru" in name.lower() for name in names):
        return "affwildnet"
    if any("resnet_v1_50/" in name for name in names):
        return "slim-resnet"
    return None
