"""Makes and reads the metadata inside an exported file."""

import json
import os
import pathlib
import struct
from typing import TYPE_CHECKING

from emoaff.exporting.packages import require_package
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.version import __version__

if TYPE_CHECKING:  # reading needs no TensorFlow
    from emoaff.exporting.graph import Graph
    from emoaff.exporting.sources import Source

ENTRY = "emoaff.json"
_FORMAT = 1
# What reading something else as one of these files may end in.
_DAMAGE = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    struct.error,
)
_KEPT = ("input", "crop", "sampling", "outputs", "licence", "doubt")


def describe_file(source: "Source", graph: "Graph", precision: str) -> dict:
    """Returns what is written into an exported file, as plain JSON values.

    - `inputs`: for `face` its shape (a name stands for a size that may vary),
      dtype, channels and range;
    - `outputs`: by name, `kind` `"probabilities"` or `"probabilities of each"`
      with `classes` in order, or `"dimension"`, each with its `range`;
    - `states` of the streaming form: shape, dtype and `next`, the output that
      goes into this input with the next frame; all begin as zeros;
    - `preset`: the preset's own `input`, `crop` (margin, filter), `sampling`
      (rate, window), `outputs`, `licence` and `doubt` (when it keeps silent),
      as far as they are known;
    - `answers_each_frame`: whether the model of clips answers each frame or
      the window;
    - `name`, `weights_sha256`, `form`, `precision`, `emoaff` (the version).
    """
    config = source.config
    face = graph.inputs["face"]
    free = ["batch", "frames"] if len(face.shape) == 5 else ["batch"]
    return {
        "format": _FORMAT,
        "emoaff": __version__,
        "name": config.get("name", source.name),
        "weights_sha256": config["weights"]["sha256"],
        "licence": config.get("licence"),
        "form": graph.form,
        "answers_each_frame": source.takes_clips and source.answers_each_frame,
        "precision": precision,
        "inputs": {
            "face": {
                "shape": _named_sizes(face.shape, free),
                "dtype": face.dtype.name,
                "channels": config["input"].get("channels", "RGB"),
                "range": config["input"].get("range", [0, 255]),
            }
        },
        "outputs": _outputs(config["outputs"]),
        "states": {
            name: {
                "shape": _named_sizes(graph.inputs[name].shape, ["batch"]),
                "dtype": graph.inputs[name].dtype.name,
                "next": after,
            }
            for name, after in graph.states.items()
        },
        "preset": {key: config[key] for key in _KEPT if key in config},
    }


def read_metadata(path: str | os.PathLike) -> dict:
    """Reads what an exported file says of itself.

    Args:
        path: An `.onnx` or `.tflite` file or a SavedModel folder.

    Returns:
        What `describe_file` made when it was exported.

    Raises:
        FileNotFoundError: If there is nothing at `path`.
        ValueError: If it is no such file, or not one that emoaff exported.
        ImportError: If the package that reads it is not installed.

    Example:
    >>> path = export("my_preset", "faces.tflite").path
    >>> sorted(read_metadata(path)["outputs"])
    ['arousal', 'expression', 'valence']
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"Expected an exported file at {path}. There is nothing."
        )
    readers = {".onnx": _read_onnx, ".tflite": _read_litert}
    read = _read_saved_model if path.is_dir() else readers.get(path.suffix)
    if read is None:
        raise ValueError(
            "Expected an .onnx or .tflite file or a SavedModel folder. "
            f"Received: {path}."
        )
    if path.is_file():
        refuse_pointer(path, "an exported file")
    try:
        text = read(path)
        about = json.loads(text)
        known = about["format"] <= _FORMAT
    except _DAMAGE as error:
        raise ValueError(
            f"Expected a file that emoaff exported. {path} holds no "
            f"{ENTRY} that can be read. Export it again with `emoaff export`."
        ) from error
    if not known:
        raise ValueError(
            f"{path} has format {about['format']}, and this emoaff reads up to "
            f"{_FORMAT}. Install a newer emoaff."
        )
    return about


def format_metadata(about: dict) -> str:
    """Returns metadata as it is written into files."""
    return json.dumps(about, ensure_ascii=False)


def _outputs(outputs):
    """Each output of the file, with what it means."""
    meant = {}
    for name, output in outputs.items():
        if output["kind"] == "dimensional":
            for dimension in output["names"]:
                meant[dimension] = {
                    "kind": "dimension",
                    "range": output["range"],
                }
        else:
            meant[name] = dict(output)
    return meant


def _named_sizes(shape, names):
    sizes = list(shape)
    for axis, name in enumerate(names):
        if sizes[axis] is None:
            sizes[axis] = name
    return sizes


def _read_onnx(path):
    onnx = require_package("onnx")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's own, which onnx does not name
        raise ValueError(f"{path} is damaged: {error}") from error
    return {p.key: p.value for p in model.metadata_props}[ENTRY]


def _read_litert(path):
    schema = require_package("ai_edge_litert.schema_py_generated")
    data = path.read_bytes()
    if data[4:8] != b"TFL3":
        raise ValueError(f"{path} is no LiteRT file.")
    model = schema.Model.GetRootAs(data)
    for i in range(model.MetadataLength()):
        entry = model.Metadata(i)
        if entry.Name().decode() == ENTRY:
            return model.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
    raise KeyError(ENTRY)


def _read_saved_model(path):
    asset = path / "assets" / ENTRY
    if not asset.is_file():
        raise KeyError(ENTRY)
    return asset.read_text("utf-8")
