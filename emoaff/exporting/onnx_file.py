"""Writes ONNX files."""

import contextlib
import logging
import pathlib
import warnings
from collections.abc import Callable
from collections.abc import Iterator

import tensorflow as tf

from emoaff.exporting import metadata
from emoaff.exporting.graph import Graph
from emoaff.exporting.onnx_weights import store_weights_in_8_bits
from emoaff.exporting.packages import require_package

# What onnxruntime, onnxruntime-web and the mobile builds have long known.
OPSET = 17


def write_onnx(
    graph: Graph,
    path: pathlib.Path,
    about: dict,
    precision: str = "float32",
    samples: Callable[[], Iterator[dict]] | None = None,
) -> None:
    """Writes an ONNX file with the metadata in its `metadata_props`.

    Args:
        graph: The network.
        path: The file.
        about: The metadata, see `emoaff.exporting.metadata.describe_file`.
        precision: `"float32"`, `"float16"` (inputs and outputs stay as they
            are), `"dynamic"` (weights in 8 bits)
            or `"int8"` (computed with as well).
        samples: Gives the inputs of single calls to calibrate `"int8"` with.

    Raises:
        ImportError: If a package of the extra `export` is missing.
    """
    onnx = require_package("onnx")
    model = _converted(graph)
    if precision == "float16":
        model = _convert_to_float16(model)
    elif precision == "dynamic":
        store_weights_in_8_bits(model)
    elif precision == "int8":
        model = _calibrated(model, path, samples)
    entry = model.metadata_props.add()
    entry.key, entry.value = metadata.ENTRY, metadata.format_metadata(about)
    model.producer_name = "emoaff"
    model.producer_version = about["emoaff"]
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _converted(graph):
    tf2onnx = require_package("tf2onnx")
    specs = [
        tf.TensorSpec(spec.shape, spec.dtype, name)
        for name, spec in graph.inputs.items()
    ]

    @tf.function(input_signature=specs, autograph=False)
    def network(*inputs):
        return graph.call(dict(zip(graph.inputs, inputs, strict=True)))

    with _silence_logger("tf2onnx"):
        model, _ = tf2onnx.convert.from_function(network, specs, opset=OPSET)
    _name_sizes(model, graph)
    return model


def _name_sizes(model, graph):
    """Calls the sizes that may vary by what they are."""
    for value in (*model.graph.input, *model.graph.output):
        names = ["batch", "frames"]
        for size, name in zip(
            value.type.tensor_type.shape.dim, names, strict=False
        ):
            if not size.HasField("dim_value"):
                size.dim_param = name


def _convert_to_float16(model):
    float16 = require_package("onnxruntime.transformers.float16")
    tools = require_package("onnxruntime.transformers.onnx_model")
    halved = float16.convert_float_to_float16(model, keep_io_types=True)
    # The casts at the inputs were put at the end.
    sorter = tools.OnnxModel(halved)
    sorter.topological_sort()
    return sorter.model


def _calibrated(model, path, samples):
    onnx = require_package("onnx")
    quantization = require_package("onnxruntime.quantization")
    whole = path.with_name(f"{path.name}.float32")
    onnx.save(model, whole)
    try:
        with _silence_logger("root"):
            quantization.quantize_static(
                whole,
                path,
                _reader(quantization, samples()),
                quant_format=quantization.QuantFormat.QDQ,
                per_channel=True,
            )
    finally:
        whole.unlink()
    return onnx.load(path)


def _reader(quantization, samples):
    class Reader(quantization.CalibrationDataReader):
        def get_next(self):
            return next(samples, None)

    return Reader()


@contextlib.contextmanager
def _silence_logger(name):
    """Lets only errors through of what the converters say."""
    logger = logging.getLogger(None if name == "root" else name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
