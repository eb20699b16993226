"""Presets: a model with everything needed to use it, in one folder.

A preset folder holds `config.json` (architecture, label space, outputs with
ranges, input size, crop, licence, provenance, scores), `model.weights.h5` and
`README.md`, the model card.

`outputs` in `config.json` names what the model puts out, each with its `kind`:

- `"probabilities"`: of `classes`, which sum to 1.
- `"probabilities of each"`: of `classes`, several of which may hold at once.
- `"dimensional"`: real numbers, `names` in their order, within `range`.

`input` has the `size` of the pictures, or `kind` `"features"`: then the model
takes what the layer `features` of another preset, `features_from`, makes of
each picture. `sampling.window` is how many frames in a row it takes at once.
"""

import copy
import hashlib
import json
import os
import pathlib
import shutil
import tempfile

import h5py
import keras
import numpy as np

from emoaff import labels
from emoaff.preset import Preset

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
CARD = "README.md"
_FORMAT = 1
_LARGEST = np.finfo(np.float16).max
_TRAINING = ("_initializer", "_regularizer", "_constraint")
_BUILT_IN = pathlib.Path(__file__).parent / "preset_files"


def names() -> list[str]:
    """Returns the names of the presets that come with emoaff, sorted."""
    return sorted(path.parent.name for path in _BUILT_IN.glob(f"*/{CONFIG}"))


def find(name_or_path: str | os.PathLike) -> pathlib.Path:
    """Returns the folder of a preset.

    Raises:
        ValueError: If it is no built-in name and no preset folder.
    """
    if str(name_or_path) in names():
        return _BUILT_IN / name_or_path
    path = pathlib.Path(name_or_path)
    if not (path / CONFIG).is_file():
        raise ValueError(
            f"No preset {str(name_or_path)!r}. Expected one of: "
            f"{', '.join(names())}; or a folder that holds {CONFIG} and "
            f"{WEIGHTS}."
        )
    return path


def read_config(name_or_path: str | os.PathLike) -> dict:
    """Reads a preset's `config.json` without building its model.

    Raises:
        ValueError: If there is no such preset, or its `config.json` is
            damaged or of a later format.
    """
    path = find(name_or_path)
    try:
        config = json.loads((path / CONFIG).read_text("utf-8"))
        known = config["format"] <= _FORMAT
        for key in ("architecture", "outputs", "input", "crop", "weights"):
            config[key]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"Expected a preset's {CONFIG} in {path}. The one there is damaged "
            f"({type(error).__name__}: {error}). Take a fresh copy."
        ) from error
    if not known:
        raise ValueError(
            f"The preset in {path} has format {config['format']}, and this "
            f"emoaff reads up to {_FORMAT}. Install a newer emoaff."
        )
    return config


def load_preset(name_or_path: str | os.PathLike) -> Preset:
    """Loads a preset.

    Args:
        name_or_path: A name of `names()`, or the path of a preset folder.

    Returns:
        The preset, with its weights.

    Raises:
        ValueError: If there is no such preset, or a file of it is damaged.
        FileNotFoundError: If its weight file is missing.
    """
    path = find(name_or_path)
    config = read_config(path)
    weights = path / config["weights"]["file"]
    if not weights.is_file():
        raise FileNotFoundError(
            f"Expected the weights of the preset in {path}. There is no "
            f"{weights.name}. Take a fresh copy of the folder."
        )
    if _sha256(weights) != config["weights"]["sha256"]:
        raise ValueError(
            f"The weights in {weights} are not those that {CONFIG} names: the "
            "checksum differs, so the file is damaged or was replaced. Take a "
            "fresh copy of the folder."
        )
    # A copy, since Keras empties what it reads.
    architecture = copy.deepcopy(config["architecture"])
    model = keras.saving.deserialize_keras_object(architecture)
    model.load_weights(weights)
    expression = config["outputs"].get("expression")
    space = None
    if expression:
        space = labels.LabelSpace(
            expression["label_space"], tuple(expression["classes"])
        )
    return Preset(path.name, path, config, model, space)


def save_preset(
    model: keras.Model,
    path: str | os.PathLike,
    config: dict,
    dtype: str = "float16",
) -> pathlib.Path:
    """Writes a preset folder; an old one at `path` is replaced as a whole.

    Weights are computed with as float32, also those of a model that was
    trained in mixed precision.

    Args:
        model: With a dict of named outputs.
        path: The folder.
        config: Everything for `config.json` but `format`, `architecture` and
            `weights`, which come from the model.
        dtype: How weights are stored: `"float16"`, which halves the file, or
            `"float32"`, which keeps them exactly.

    Returns:
        The folder.

    Raises:
        ValueError: If `dtype` is neither.
    """
    if dtype not in ("float16", "float32"):
        raise ValueError(
            "`dtype` must be 'float16' or 'float32'. "
            f"Received: dtype={dtype!r}."
        )
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        half = pathlib.Path(folder) / path.name
        half.mkdir()
        model.save_weights(half / WEIGHTS)
        if dtype == "float16":
            full = (half / WEIGHTS).rename(half / f"full.{WEIGHTS}")
            _to_float16(full, half / WEIGHTS)
            full.unlink()
        write_config(
            half,
            {
                "format": _FORMAT,
                **config,
                "weights": {
                    "file": WEIGHTS,
                    "dtype": dtype,
                    "sha256": _sha256(half / WEIGHTS),
                    "parameters": model.count_params(),
                },
                "architecture": _architecture(model),
            },
        )
        if path.exists():
            shutil.rmtree(path)
        half.rename(path)
    return path


def write_config(path: pathlib.Path, config: dict) -> None:
    """Writes `config.json` of the preset folder `path`."""
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    (path / CONFIG).write_text(text, "utf-8")


def _architecture(model):
    """The model's graph, without what belongs to a training run."""
    graph = keras.saving.serialize_keras_object(model)
    graph.pop("compile_config", None)
    _strip_training(graph)
    return _in_float32(graph)


def _in_float32(node):
    """Undoes mixed precision: a preset is computed with in float32."""
    if isinstance(node, list):
        return [_in_float32(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("class_name") == "DTypePolicy":
        name = node["config"]["name"]
        if name.startswith("mixed_"):
            return {**node, "config": {**node["config"], "name": "float32"}}
    return {key: _in_float32(item) for key, item in node.items()}


def _strip_training(node):
    """Drops how weights begin and are held in check from Keras's own layers.

    A preset's weights are there already, and other versions of Keras know
    other arguments of these.
    """
    if isinstance(node, list):
        for item in node:
            _strip_training(item)
    if not isinstance(node, dict):
        return
    if node.get("module") == "keras.layers":
        config = node["config"]
        for name in list(config):
            if name.endswith(_TRAINING) or (
                name == "quantization_config" and config[name] is None
            ):
                del config[name]
    for item in node.values():
        _strip_training(item)


def _to_float16(source, target):
    """Copies a weight file with every float32 array stored as float16.

    Arrays with numbers beyond its range, such as variances of batch norms,
    stay as they are.
    """
    with h5py.File(source) as old, h5py.File(target, "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                new[name] = _halved(item[()])
            else:
                new.require_group(name)
            new[name].attrs.update(item.attrs)

        old.visititems(copy)
        new.attrs.update(old.attrs)


def _halved(values):
    if values.dtype != np.float32 or (np.abs(values) > _LARGEST).any():
        return values
    return values.astype(np.float16)


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
