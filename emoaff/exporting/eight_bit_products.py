"""Pointwise convolutions in 8 bits, everything else in float32.

They are nine tenths of the work of a MobileNet. LiteRT computes a fully
connected layer with 8-bit weights in 8 bits on scales that it finds for each
row of the input anew, here for each place of a picture, so that no scale of
activations has to be fitted, and little is lost. Convolutions have no such
form, but one of 1 by 1 is a fully connected layer.
"""

import warnings

import numpy as np

from emoaff.exporting.packages import require_package
from emoaff.faces.litert_network import SIGNATURE
from emoaff.progress.silence import silence_output

_LEAST = 64  # channels; with fewer the rounding costs more than it saves
_ROWS = 8192  # places of pictures that the rounding is fitted on
_STEPS = 127


def round_products(data: bytes, faces: np.ndarray) -> bytes:
    """Returns a LiteRT file with the products of its convolutions in 8 bits.

    Each filter has a scale of its own. Its weights are rounded one after the
    other, and what each rounding changes is made up for by the weights that
    follow, as well as they can on the activations of `faces`.

    Args:
        data: A file in float32 that takes one picture, `face`.
        faces: uint8 `(n, height, width, 3)`, like those that it will see.

    References:
        - [Frantar et al., 2022](https://arxiv.org/abs/2210.17323)
    """
    schema = require_package("ai_edge_litert.schema_py_generated")
    import flatbuffers

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data))
    (graph,) = model.subgraphs
    chosen = list(_find_products(schema, model, graph))
    moments = _measure_inputs(data, faces, [op.inputs[0] for op in chosen])
    code = len(model.operatorCodes)
    model.operatorCodes.append(_make_code(schema))
    for operator, moment in zip(chosen, moments, strict=True):
        tensor = graph.tensors[operator.inputs[1]]
        buffer = model.buffers[tensor.buffer]
        filters = np.frombuffer(bytes(buffer.data), np.float32)
        filters = filters.reshape(tensor.shape[0], tensor.shape[-1])
        steps, scales = round_filters(filters, moment)
        buffer.data = np.frombuffer(steps.tobytes(), np.uint8)
        tensor.shape, tensor.type = list(filters.shape), schema.TensorType.INT8
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = scales
        tensor.quantization.zeroPoint = np.zeros(len(scales), np.int64)
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = (
            operator.builtinOptions.fusedActivationFunction
        )
        options.keepNumDims = options.asymmetricQuantizeInputs = True
        operator.opcodeIndex, operator.builtinOptions = code, options
        operator.builtinOptionsType = (
            schema.BuiltinOptions.FullyConnectedOptions
        )
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def round_filters(
    filters: np.ndarray, moment: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rounds filters to 8 bits, so that their products change little.

    Args:
        filters: float32 `(filters, channels)`.
        moment: float64 `(channels, channels)`, mean product of each two
            channels of their inputs.

    Returns:
        int8 `(filters, channels)`, steps from -127 to 127, and float32
        `(filters,)`, the size of a step.
    """
    left = np.float64(filters)
    scales = np.abs(left).max(axis=1) / _STEPS
    scales = np.where(scales > 0, scales, 1.0)
    channels = len(moment)
    # A little of the diagonal, since channels that hardly ever answer leave
    # the inverse without bounds.
    damped = moment + 0.01 * np.trace(moment) / channels * np.eye(channels)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    steps = np.empty(filters.shape, np.int8)
    for i in range(channels):
        steps[:, i] = np.clip(np.rint(left[:, i] / scales), -_STEPS, _STEPS)
        error = (left[:, i] - steps[:, i] * scales) / upper[i, i]
        left[:, i + 1 :] -= np.outer(error, upper[i, i + 1 :])
    return steps, np.float32(scales)


def _find_products(schema, model, graph):
    """Yields the operators that are convolutions of 1 by 1."""
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        if kind != schema.BuiltinOperator.CONV_2D:
            continue
        _, height, width, channels = graph.tensors[operator.inputs[1]].shape
        options = operator.builtinOptions
        strides = (options.strideH, options.strideW)
        if (height, width, *strides) == (1, 1, 1, 1) and channels >= _LEAST:
            yield operator


def _measure_inputs(data, faces, tensors):
    """Measures the mean product of each two channels of tensors."""
    litert = require_package("ai_edge_litert.interpreter")
    with silence_output(), warnings.catch_warnings():
        # That keeping all tensors takes memory.
        warnings.simplefilter("ignore")
        interpreter = litert.Interpreter(
            model_content=data, experimental_preserve_all_tensors=True
        )
        interpreter.allocate_tensors()
    run = interpreter.get_signature_runner(SIGNATURE)
    rng = np.random.default_rng(0)
    sums, counts = [0.0] * len(tensors), [0] * len(tensors)
    each = max(1, _ROWS // len(faces))
    for face in faces:
        run(face=face[None])
        for i, index in enumerate(tensors):
            values = interpreter.get_tensor(index)
            values = values.reshape(-1, values.shape[-1])
            if len(values) > each:
                values = values[rng.choice(len(values), each, replace=False)]
            sums[i] = sums[i] + np.float64(values.T @ values)
            counts[i] += len(values)
    return [total / count for total, count in zip(sums, counts, strict=True)]


def _make_code(schema):
    code = schema.OperatorCodeT()
    kind = schema.BuiltinOperator.FULLY_CONNECTED
    code.builtinCode = code.deprecatedBuiltinCode = kind
    code.version = 12  # the first with a scale for each filter
    return code
