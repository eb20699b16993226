"""Writes LiteRT files."""

import pathlib
import tempfile
import warnings
from collections.abc import Callable
from collections.abc import Iterator

import tensorflow as tf

from emoaff.exporting import metadata
from emoaff.exporting.graph import Graph
from emoaff.exporting.packages import require_package
from emoaff.exporting.saved_model_file import SIGNATURE
from emoaff.exporting.saved_model_file import write_saved_model
from emoaff.progress.silence import silence_output

_IN_8_BITS = frozenset(
    "ADD AVERAGE_POOL_2D CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAX_POOL_2D "
    "PAD RELU RELU6".split()
)


def write_litert(
    graph: Graph,
    path: pathlib.Path,
    about: dict,
    precision: str = "float32",
    samples: Callable[[], Iterator[dict]] | None = None,
) -> None:
    """Writes a LiteRT (.tflite) file with its metadata inside.

    The metadata is a buffer that the file's table `metadata` names
    `emoaff.json`. The signature is `serving_default`.

    Args:
        graph: The network, all of its sizes fixed.
        path: The file.
        about: The metadata, see `emoaff.exporting.metadata.describe_file`.
        precision: `"float32"`; `"float16"` or `"dynamic"`: how weights are
            stored, 16 or 8 bits; `"int8"`: computed with as well. Inputs and
            outputs are the same in all of them.
        samples: Gives the inputs of single calls to calibrate `"int8"` with.

    Raises:
        ImportError: If a package of the extra `export` is missing.
    """
    require_package("ai_edge_litert.schema_py_generated")
    with tempfile.TemporaryDirectory() as folder:
        data = convert_to_litert(
            graph, pathlib.Path(folder), about, precision, samples
        )
    path.write_bytes(add_metadata(data, about))


def convert_to_litert(
    graph: Graph,
    folder: pathlib.Path,
    about: dict | None = None,
    precision: str = "float32",
    samples: Callable[[], Iterator[dict]] | None = None,
) -> bytes:
    """Returns what `write_litert` writes, without the metadata inside.

    Args:
        graph: See `write_litert`.
        folder: For what lies between, empty.
        about: See `write_litert`.
        precision: See `write_litert`.
        samples: See `write_litert`.
    """
    with silence_output(), warnings.catch_warnings():
        # Of a converter that calls its own interpreter deprecated.
        warnings.simplefilter("ignore")
        saved = folder / "saved_model"
        write_saved_model(graph, saved, about or {})
        if precision == "int8":
            return _calibrated(saved, samples)
        return _make_converter(saved, precision).convert()


def _make_converter(saved, precision):
    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(saved), signature_keys=[SIGNATURE]
    )
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return converter


def _calibrated(saved, samples):
    """Computes in 8 bits what is worth it, and in float32 the rest.

    What comes before the first convolution costs little time, and in 8 bits
    most of the accuracy that is lost at all.
    """
    used = _list_operations(_make_converter(saved, "float32").convert())
    converter = _make_converter(saved, "int8")
    converter.representative_dataset = lambda: (
        (SIGNATURE, sample) for sample in samples()
    )
    # The one public way to leave operations out.
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter,
        debug_dataset=lambda: iter(()),
        debug_options=tf.lite.experimental.QuantizationDebugOptions(
            denylisted_ops=sorted(used - _IN_8_BITS)
        ),
    )
    return debugger.get_nondebug_quantized_model()


def _list_operations(data):
    """The names of a file's operations."""
    schema = require_package("ai_edge_litert.schema_py_generated")
    model = schema.Model.GetRootAs(data)
    named = {v: k for k, v in vars(schema.BuiltinOperator).items()}
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    # Older files have the code in the other, narrower field.
    return {
        named[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        for code in codes
    }


def add_metadata(data: bytes, about: dict) -> bytes:
    """Adds the entry `emoaff.json` to the file's table `metadata`."""
    text = metadata.format_metadata(about)
    schema = require_package("ai_edge_litert.schema_py_generated")
    import flatbuffers

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data))
    buffer = schema.BufferT()
    buffer.data = list(text.encode())
    entry = schema.MetadataT()
    entry.name, entry.buffer = metadata.ENTRY, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(data) + 2 * len(text))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
