"""ResNet-50 and MobileNets of `keras.applications`.

What is public here:

    from_keras_applications(path, ...) -> Conversion
"""

import os
import re

import numpy as np

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_only import make_features_only
from emoaff.convert.named_layers import fill_by_name
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.models.applications import build_mobilenet_v2
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.models.resnet import build_resnet

# Layers with the classes, of any of them.
_TOPS = ("predictions", "Logits", "conv_preds")
_EPSILON = 1e-3  # of MobileNetV1's batch norms
_LICENCE = (
    "Keras is Apache-2.0. Its own weights were trained on ImageNet, whose "
    "terms are for research; a file trained by others has the terms of these "
    "and of what they trained on."
)
_ABOUT = {
    "data": "Keras's own weights: ImageNet. The file does not say.",
    "training": "As whoever made the file trained it.",
}


def from_keras_applications(
    path: str | os.PathLike, *, size: int = 224
) -> Conversion:
    """ResNet50, MobileNet or MobileNetV2 of keras.applications, no classes.

    Which of the three it is shows in the names of the layers. MobileNet's batch
    norms are folded into its convolutions; its width must be 1.0, as must
    MobileNetV2's.

    Args:
        path: An `.h5` file of a whole model or of its weights, with or without
            the last layer, which is left out.
        size: Side of the pictures in pixels; for MobileNet a multiple of 32,
            where it pads as Keras's does.

    Returns:
        The network; its one output are the averaged features.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or of another network, or `size` is
            not one of the above.
    """
    layers = list_layers(read_keras_h5(path))
    names = {name for name, _ in layers}
    mobile = "conv_dw_1" in names
    if size < 32 or (mobile and size % 32):
        raise ValueError(
            f"`size` must be at least 32{', a multiple of 32' * mobile}. "
            f"Received: size={size}."
        )
    if "conv1_conv" in names:
        name = "ResNet50"
        backbone = build_resnet(50, "keras", size, name="backbone")
    elif mobile:
        name = "MobileNet"
        backbone = build_mobilenet_v1(
            size, normalization="imagenet_tf", name="backbone"
        )
        layers = _fold_batch_norms(layers, path)
    elif "expanded_conv_depthwise" in names:
        name = "MobileNetV2"
        backbone = build_mobilenet_v2(size, convention="keras", name="backbone")
    else:
        raise ValueError(
            f"Expected ResNet50, MobileNet or MobileNetV2 of "
            f"keras.applications in {path}. Found the layers "
            f"{', '.join(sorted(names)[:3])}, ... Choose another --from."
        )
    layers = [(own, _rename_to_keras_3(arrays)) for own, arrays in layers]
    notes = fill_by_name(backbone, layers, path, _TOPS)
    about = {
        "summary": f"{name} of keras.applications; features.",
        **_ABOUT,
    }
    return make_features_only(
        backbone, size, "keras_applications", _LICENCE, about, notes
    )


def _rename_to_keras_3(arrays):
    """Keras 2 called the kernel of a depthwise convolution otherwise."""
    return {kind.removeprefix("depthwise_"): x for kind, x in arrays.items()}


def _fold_batch_norms(layers, path):
    """MobileNet's convolutions with their batch norms, by our names."""
    by_name = dict(layers)
    folded = []
    for name, arrays in layers:
        if name in _TOPS:
            folded.append((name, arrays))
        elif not name.endswith("_bn"):
            norm = by_name.get(f"{name}_bn")
            if norm is None:
                raise ValueError(
                    f"Expected MobileNet of keras.applications in {path}. "
                    f"Found {name} without its batch norm {name}_bn. Choose "
                    "another --from."
                )
            ours = re.sub(r"conv_([dp]w)_(\d+)", r"\1\2", name)
            depthwise = name.startswith("conv_dw")
            folded.append((ours, _fold(arrays, norm, depthwise)))
    return folded


def _fold(arrays, norm, depthwise):
    (kernel,) = arrays.values()
    scale = norm["gamma"] / np.sqrt(norm["moving_variance"] + _EPSILON)
    factor = scale[:, np.newaxis] if depthwise else scale
    return {
        "kernel": kernel * factor,
        "bias": norm["beta"] - norm["moving_mean"] * scale,
    }
