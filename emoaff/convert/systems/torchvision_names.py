"""Maps our layers' names to those of torchvision's ResNets.

What is public here:

    find_torch_names(layers) -> dict
    is_resnet(layers) -> whether they are those of such a network
"""

import re
from collections.abc import Iterable

_BLOCK = re.compile(r"conv(\d)_block(\d+)_(\d)_(conv|bn)")
_STEM = {"conv1_conv": "conv1", "conv1_bn": "bn1"}


def find_torch_names(layers: Iterable[str]) -> dict[str, str]:
    """Returns the module's name for each of our layers.

    Args:
        layers: Names of layers with weights, as `keras.applications` names
            those of its ResNets: `conv2_block1_0_conv` is a projection.

    Raises:
        KeyError: If one is of no such network.
    """
    return {layer: _name(layer) for layer in layers}


def is_resnet(layers: Iterable[str]) -> bool:
    """Whether all layers are named as those of a ResNet."""
    layers = list(layers)
    return bool(layers) and all(
        layer in _STEM or _BLOCK.fullmatch(layer) for layer in layers
    )


def _name(layer):
    match = _BLOCK.fullmatch(layer)
    if match is None:
        return _STEM[layer]
    stage, block, number, kind = match.groups()
    module = f"layer{int(stage) - 1}.{int(block) - 1}"
    if number == "0":
        return f"{module}.downsample.{0 if kind == 'conv' else 1}"
    return f"{module}.{kind}{number}"
