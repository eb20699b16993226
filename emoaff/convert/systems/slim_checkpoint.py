"""TensorFlow checkpoints, and TF-Slim's ResNet-50 in them.

What is public here:

    read_checkpoint(path, averages) -> dict of array
    name_resnet_arrays(variables, model, path) -> arrays by place, names taken
    slim_name(place) -> name of a variable
    left_out(names) -> notes
    from_slim_resnet(path, ...) -> Conversion
"""

import os
import pathlib
import re

import keras
import numpy as np
import tensorflow as tf

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_only import make_features_only
from emoaff.convert.filling import fill
from emoaff.convert.filling import list_places
from emoaff.convert.filling import refuse_misfit
from emoaff.models.slim_resnet50 import build_slim_resnet50

# What the path of a checkpoint's files ends in, beyond its prefix.
_FILES = re.compile(r"\.(index|meta|data-\d+-of-\d+)$")
_TF2 = "/.ATTRIBUTES/VARIABLE_VALUE"
_AVERAGE = "/ExponentialMovingAverage"
_NET = "resnet_v1_50/"
_SHOWN = 3
_KINDS = {"kernel": "weights", "bias": "biases"}
# `pixels` to our normalisation.
_PIXELS = {
    "means": "imagenet_caffe",
    "raw": None,
    "unit": "unit",
    "centered": "centered",
}


def read_checkpoint(
    path: str | os.PathLike, averages: bool = False
) -> dict[str, np.ndarray]:
    """Reads the variables of a checkpoint of TensorFlow 1 or 2.

    What an optimizer keeps of a variable (`conv1/weights/Adam`) and single
    numbers (`global_step`) are left out.

    Args:
        path: The prefix (`model.ckpt-33604`), or one of its files.
        averages: Whether to take the moving average of a variable where the
            file has one, in place of its last value.

    Returns:
        float32 array by name.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it cannot be read.
    """
    prefix = _FILES.sub("", os.fspath(path))
    found = pathlib.Path(f"{prefix}.index").is_file()
    if not found and not pathlib.Path(prefix).is_file():
        raise FileNotFoundError(
            f"Expected the prefix of a TensorFlow checkpoint, such as "
            f"model.ckpt-1000 for model.ckpt-1000.index. There is no "
            f"{prefix}.index."
        )
    try:
        reader = tf.train.load_checkpoint(prefix)
        shapes = reader.get_variable_to_shape_map()
        kinds = reader.get_variable_to_dtype_map()
        names = [
            name
            for name, shape in shapes.items()
            if shape and kinds[name].is_floating and not _kept(name, shapes)
        ]
        variables = {}
        for name in names:
            average = f"{name}{_AVERAGE}"
            taken = average if averages and average in shapes else name
            variables[name.removesuffix(_TF2)] = np.asarray(
                reader.get_tensor(taken), np.float32
            )
        return variables
    except (
        IndexError,
        RuntimeError,
        TypeError,
        ValueError,
        tf.errors.OpError,
    ) as error:
        raise ValueError(
            f"Expected a TensorFlow checkpoint at {prefix}. It cannot be read "
            f"({_line(error)}). A file of it is damaged or missing: download "
            "all of them again."
        ) from error


def name_resnet_arrays(
    variables: dict[str, np.ndarray], model: keras.Model, path
) -> tuple[dict[str, np.ndarray], set[str]]:
    """Finds TF-Slim's `resnet_v1_50`, within whatever scope.

    Args:
        variables: Array by name.
        model: With the layers of `build_slim_resnet50`.
        path: The file, for messages.

    Returns:
        Array by place (see `emoaff.convert.filling.list_places`) for the layers
        of the network, and the names of the variables that were taken.

    Raises:
        ValueError: If the network is missing, twice there, or has other
            variables.
    """
    first = f"{_NET}conv1/weights"
    scopes = [n.removesuffix(first) for n in variables if n.endswith(first)]
    if len(scopes) != 1:
        raise ValueError(
            f"Expected TF-Slim's resnet_v1_50 in {path}, once. Found it "
            f"{len(scopes)} times among {len(variables)} variables "
            f"({_some(variables)}). Choose another --from or another file."
        )
    scope = scopes[0] + _NET
    names = {
        place: scope + slim_name(place)
        for place in list_places(model)
        if re.match(r"conv1(_bn)?/|block\d", place)
    }
    inside = {n for n in variables if n.startswith(scope)}
    top = {n for n in inside if n.startswith(f"{scope}logits/")}
    refuse_misfit(
        path,
        "resnet_v1_50",
        missing=[n for n in names.values() if n not in variables],
        unexpected=sorted(inside - top - set(names.values())),
    )
    arrays = {place: variables[name] for place, name in names.items()}
    return arrays, set(names.values())


def slim_name(place: str) -> str:
    """Returns what TF-Slim calls the weight at this place of ours."""
    layer, kind = place.rsplit("/", 1)
    norm = layer.endswith("_bn")
    layer = layer.removesuffix("_bn")
    unit = re.fullmatch(r"(block\d)_(unit_\d)_(\w+)", layer)
    if unit:
        layer = "{}/{}/bottleneck_v1/{}".format(*unit.groups())
    return f"{layer}/BatchNorm/{kind}" if norm else f"{layer}/{_KINDS[kind]}"


def from_slim_resnet(
    path: str | os.PathLike,
    *,
    size: int = 224,
    pixels: str = "means",
    averages: bool = False,
) -> Conversion:
    """TF-Slim's resnet_v1_50 of a TensorFlow checkpoint, without classes.

    Args:
        path: See `read_checkpoint`.
        size: Side of the pictures in pixels.
        pixels: What the network was given: `"means"` (RGB less the means of
            ImageNet, as TF-Slim's own; ours are 103.939, 116.779 and 123.68),
            `"raw"` (0 to 255), `"unit"` (0 to 1) or `"centered"` (-1 to 1).
        averages: Whether to take moving averages of the weights.

    Returns:
        The network; its one output are the averaged features.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is damaged or of another network, or a setting is not
            one of the above.
    """
    if pixels not in _PIXELS or size < 32:
        raise ValueError(
            f"`pixels` must be one of {', '.join(_PIXELS)}, and `size` at "
            f"least 32. Received: pixels={pixels!r}, size={size}."
        )
    variables = read_checkpoint(path, averages)
    backbone = build_slim_resnet50(size, _PIXELS[pixels], name="backbone")
    arrays, used = name_resnet_arrays(variables, backbone, path)
    if pixels == "means":
        # Our normalisation gives blue first, theirs red.
        arrays["conv1/kernel"] = arrays["conv1/kernel"][:, :, ::-1]
    fill(backbone, arrays, path)
    about = {
        "summary": "ResNet-50 as TF-Slim lays it out; features.",
        "data": "The file does not say; TF-Slim's own: ImageNet.",
        "training": "As whoever made the file trained it.",
    }
    licence = (
        "TF-Slim's own weights are Apache-2.0, trained on ImageNet, whose "
        "terms are for research; a file trained by others has their terms."
    )
    notes = left_out(set(variables) - used)
    return make_features_only(
        backbone, size, "slim_resnet", licence, about, notes
    )


def left_out(names) -> tuple[str, ...]:
    """Returns a note on variables that were not taken, if there are any."""
    if not names:
        return ()
    if len(names) == 1:
        return (f"A variable of the file was left out: {_some(names)}.",)
    return (
        f"{len(names)} variables of the file were left out: {_some(names)}.",
    )


def _some(names):
    names = sorted(names)
    more = ", ..." if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _kept(name, shapes):
    """Whether a variable is what an optimizer or average keeps of another."""
    owner = name.rpartition("/")[0]
    return ".OPTIMIZER_SLOT" in name or owner in shapes


def _line(error):
    return str(error).strip().split("\n")[0] or type(error).__name__
