"""Stores the weights of ONNX files in 8 bits."""

import numpy as np

from emoaff.exporting.packages import require_package

_SMALLEST = 1024  # numbers; less is not worth two nodes
# Where the output channels of a weight are.
_CHANNELS = {"Conv": 0, "MatMul": -1}


def store_weights_in_8_bits(model) -> None:
    """Replaces large weights by integers and a scale for each channel.

    Nodes before them turn them back, so the file computes in float32: a
    quarter of the size for a small error. A runtime may do otherwise by
    itself: onnxruntime rounds the inputs of matrix products to 8 bits, too.
    Doing that to all layers, as its own dynamic quantisation does, is slow and
    spoils depthwise convolutions.

    Args:
        model: An `onnx.ModelProto` of opset 13 or later, changed in place.
    """
    onnx = require_package("onnx")
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    axes = {}
    for node in graph.node:
        if node.op_type in _CHANNELS and node.input[1] in weights:
            axes[node.input[1]] = _CHANNELS[node.op_type]
    nodes = []
    for name, axis in axes.items():
        values = onnx.numpy_helper.to_array(weights[name])
        if values.dtype != np.float32 or values.size < _SMALLEST:
            continue
        axis %= values.ndim
        integers, scale = _quantize(values, axis)
        graph.initializer.remove(weights[name])
        for kind, array in (("int8", integers), ("scale", scale)):
            tensor = onnx.numpy_helper.from_array(array, f"{name}_{kind}")
            graph.initializer.append(tensor)
        nodes.append(
            onnx.helper.make_node(
                "DequantizeLinear",
                [f"{name}_int8", f"{name}_scale"],
                [name],
                f"{name}_dequantized",
                axis=axis,
            )
        )
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + rest)


def _quantize(values, axis):
    others = tuple(i for i in range(values.ndim) if i != axis)
    largest = np.abs(values).max(others, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    integers = np.rint(values / scale).astype(np.int8)
    return integers, scale.reshape(-1)
