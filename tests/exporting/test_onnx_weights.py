import numpy as np
import onnx
import onnxruntime
from onnx import helper
from onnx import numpy_helper

from emoaff.exporting.onnx_weights import store_weights_in_8_bits


def network(kernel, matrix, small):
    """A convolution, a mean, a product with one matrix and with another."""
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["a"], pads=[1] * 4),
        helper.make_node("GlobalAveragePool", ["a"], ["b"]),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("MatMul", ["c", "matrix"], ["d"]),
        helper.make_node("MatMul", ["d", "small"], ["y"]),
    ]
    weights = {"kernel": kernel, "matrix": matrix, "small": small}
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", 1, ["batch", 16, 8, 8])],
        [helper.make_tensor_value_info("y", 1, ["batch", 3])],
        [numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)


def run(model, x):
    options = onnxruntime.SessionOptions()
    # As the file says; optimised, it rounds the inputs of products, too.
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {"x": x})[0]


def by_hand(weight, channels):
    """The weight rounded to 127 steps of each channel's largest."""
    rounded = np.moveaxis(weight.copy(), channels, 0)
    for channel in rounded:
        step = np.abs(channel).max() / 127
        if step:
            channel[...] = np.round(channel / step) * step
    return np.moveaxis(rounded, 0, channels)


def test_weights_are_rounded_in_each_channel_by_itself():
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(32, 16, 3, 3)).astype(np.float32)
    kernel *= 10.0 ** rng.uniform(-3, 1, (32, 1, 1, 1)).astype(np.float32)
    kernel[5] = 0
    matrix = rng.normal(size=(32, 40)).astype(np.float32)
    small = rng.normal(size=(40, 3)).astype(np.float32)
    x = rng.normal(size=(2, 16, 8, 8)).astype(np.float32)
    model = network(kernel, matrix, small)
    full = run(model, x)
    store_weights_in_8_bits(model)
    onnx.checker.check_model(model)
    expected = network(by_hand(kernel, 0), by_hand(matrix, 1), small)
    got = run(model, x)
    np.testing.assert_allclose(got, run(expected, x), rtol=1e-4, atol=1e-5)
    assert 1e-4 < np.abs(got - full).max() / np.abs(full).max() < 0.1
    types = {t.name: t.data_type for t in model.graph.initializer}
    assert types["kernel_int8"] == types["matrix_int8"] == onnx.TensorProto.INT8
    assert types["small"] == onnx.TensorProto.FLOAT
    assert "kernel" not in types
