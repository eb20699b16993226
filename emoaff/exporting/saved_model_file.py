"""Writes SavedModels."""

import pathlib
import tempfile

import tensorflow as tf

from emoaff.exporting import metadata
from emoaff.exporting.graph import Graph

SIGNATURE = "serving_default"


def write_saved_model(graph: Graph, path: pathlib.Path, about: dict) -> None:
    """Writes a SavedModel that needs no class of emoaff to be loaded.

    The signature `serving_default` takes `face` as uint8, `float` as float32;
    both 0-255. `assets/emoaff.json` holds the metadata.

    Args:
        graph: The network.
        path: The folder, not there yet.
        about: The metadata, see `emoaff.exporting.metadata.describe_file`.
    """
    module = tf.Module()
    module.weights = graph.variables
    signatures = {
        SIGNATURE: trace(graph),
        "float": trace(graph.change_face_dtype("float32")),
    }
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / metadata.ENTRY
        text.write_text(metadata.format_metadata(about), "utf-8")
        module.about = tf.saved_model.Asset(str(text))
        tf.saved_model.save(module, str(path), signatures)


def trace(graph: Graph):
    """Returns the graph as a concrete function, inputs by their names."""
    specs = {
        name: tf.TensorSpec(spec.shape, spec.dtype, name)
        for name, spec in graph.inputs.items()
    }
    function = tf.function(lambda **inputs: graph.call(inputs), autograph=False)
    return function.get_concrete_function(**specs)
