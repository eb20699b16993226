"""Maps our layers' names to those in EMO-AffectNet's files.

What is public here:

    find_torch_names(layers), find_keras_names(model)
    list_in_torch_order(model), list_in_keras_order(model)
"""

import re
from collections.abc import Iterable

import keras

# The class definitions that read the published state dicts name them so.
_TORCH = {
    "conv1_7x7_s2": "conv_layer_s2_same",
    "conv1_7x7_s2_bn": "batch_norm1",
    "lstm_1": "lstm1",
    "lstm_2": "lstm2",
}
_STATIC = {"features": "fc1", "expression": "fc2"}
_TEMPORAL = {"expression": "fc"}
_PARTS = {
    "1x1_reduce": "conv1",
    "1x1_reduce_bn": "batch_norm1",
    "3x3": "conv2",
    "3x3_bn": "batch_norm2",
    "1x1_increase": "conv3",
    "1x1_increase_bn": "batch_norm3",
    "1x1_proj": "i_downsample.0",
    "1x1_proj_bn": "i_downsample.1",
}
_BLOCK = re.compile(r"conv(\d)_(\d)_(.*)")


def find_torch_names(layers: Iterable[str]) -> dict[str, str]:
    """Returns the module's name for each of our layers with weights.

    Args:
        layers: Their names in the image model or in the LSTM.

    Raises:
        KeyError: If one is of neither.
    """
    layers = list(layers)
    return {layer: _find_torch_name(layer, layers) for layer in layers}


def find_keras_names(model: keras.Model) -> dict[str, str]:
    """Returns keras-vggface's name for each of our layers with weights.

    Those are ours, but for the last ones, which every training names anew.
    """
    return {layer: layer for layer in list_in_keras_order(model)}


def list_in_torch_order(model: keras.Model) -> list[str]:
    """Returns our layers in the order in which PyTorch's classes hold them."""
    block, parts = {}, list(_PARTS)
    for layer in list_in_keras_order(model):
        match = _BLOCK.fullmatch(layer)
        block.setdefault(match[0][:7] if match else layer, []).append(layer)
    return [
        layer
        for layers in block.values()
        for layer in sorted(
            layers,
            key=lambda n: parts.index(n[8:]) if _BLOCK.fullmatch(n) else 0,
        )
    ]


def list_in_keras_order(model: keras.Model) -> list[str]:
    """Returns our layers with weights as Keras sorts them in the graph.

    In a block with a projection that is reduce, its norm, 3x3, its norm,
    increase, projection, norm of the increase, norm of the projection.
    """
    return [layer.name for layer in model.layers if layer.weights]


def _find_torch_name(layer, layers):
    last = _STATIC if "features" in layers else _TEMPORAL
    match = _BLOCK.fullmatch(layer)
    if layer in last:
        return last[layer]
    if match:
        stage, block, part = match.groups()
        return f"layer{int(stage) - 1}.{int(block) - 1}.{_PARTS[part]}"
    return _TORCH[layer]
