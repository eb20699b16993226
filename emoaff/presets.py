"""Presets: a model with everything needed to use it, in one folder.

A preset folder holds `config.json` (architecture, label space, outputs with
ranges, input size, crop, licence, provenance, scores), `model.weights.h5` and
`README.md`, the model card.
"""

import copy
import dataclasses
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
from emoaff.faces.crop import crop_face

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
CARD = "README.md"
_FORMAT = 1
_TRAINING = ("_initializer", "_regularizer", "_constraint")
_BUILT_IN = pathlib.Path(__file__).parent / "preset_files"


@dataclasses.dataclass(frozen=True, eq=False)
class Preset:
    """A model that knows its labels and how its pictures are made.

    Args:
        name: Its name, or its folder's.
        path: Its folder.
        config: What `config.json` holds.
        model: The `keras.Model`: `(batch, height, width, 3)` RGB 0-255 in, a
            dict of named outputs out.
        labels: The label space of the output `expression`, or `None`.
    """

    name: str
    path: pathlib.Path
    config: dict
    model: keras.Model
    labels: labels.LabelSpace | None

    @property
    def size(self) -> int:
        """Side in pixels of the model's input."""
        return self.config["input"]["size"]

    @property
    def margin(self) -> float:
        """Crop margin about the box; see `emoaff.faces.crop_face`."""
        return self.config["crop"]["margin"]

    @property
    def interpolation(self) -> str:
        """Resize filter of the crops; see `emoaff.faces.crop_face`."""
        return self.config["crop"]["interpolation"]

    def crop(self, image: np.ndarray, box) -> np.ndarray:
        """Cuts the square this model expects around a detector's box.

        Args:
            image: `(height, width, 3)` uint8, RGB.
            box: `(x, y, w, h)` in pixels.

        Returns:
            `(size, size, 3)` uint8, RGB.
        """
        return crop_face(image, box, self.margin, self.size, self.interpolation)

    def predict(self, crops, batch_size: int = 64) -> dict[str, np.ndarray]:
        """Runs the model on face crops.

        A crop is one face with the preset's margin already around it. It is
        resized to the model's input; one that is not square is first completed
        to a square by repeating its border.

        Args:
            crops: List or array of uint8 pictures, 0-255, any sizes: RGB
                `(height, width, 3)`, or grey `(height, width[, 1])`.
            batch_size: Pictures per call of the model.

        Returns:
            For each output its values, float32, in the order of `crops`:
            `expression` is `(n, classes)` probabilities in the order of
            `labels.classes`, `valence` and `arousal` are `(n,)` in [-1, 1].

        Raises:
            ValueError: If a crop is no uint8 picture.
        """
        pictures = [self._resized(crop, i) for i, crop in enumerate(crops)]
        if not pictures:
            blank = np.zeros((1, self.size, self.size, 3), np.uint8)
            answers = self.model.predict_on_batch(blank)
            return {name: answer[:0] for name, answer in answers.items()}
        parts = [
            self.model.predict_on_batch(
                np.stack(pictures[start : start + batch_size])
            )
            for start in range(0, len(pictures), batch_size)
        ]
        return {
            name: np.concatenate([part[name] for part in parts])
            for name in parts[0]
        }

    def _resized(self, crop, i):
        crop = np.asarray(crop)
        if crop.ndim == 2:
            crop = crop[..., np.newaxis]
        if (
            crop.ndim != 3
            or crop.shape[2] not in (1, 3)
            or crop.dtype != np.uint8
            or not crop.size
        ):
            raise ValueError(
                "Expected uint8 pictures (height, width, 3) in RGB or (height, "
                f"width) in grey. Received: crops[{i}] of shape {crop.shape} "
                f"and dtype {crop.dtype}."
            )
        if crop.shape[2] == 1:
            crop = np.repeat(crop, 3, axis=2)
        height, width = crop.shape[:2]
        return crop_face(
            crop, (0, 0, width, height), 0.0, self.size, self.interpolation
        )


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
    model: keras.Model, path: str | os.PathLike, config: dict
) -> pathlib.Path:
    """Writes a preset folder; an old one at `path` is replaced as a whole.

    Weights are stored as float16 and computed with as float32.

    Args:
        model: With a dict of named outputs.
        path: The folder.
        config: Everything for `config.json` but `format`, `architecture` and
            `weights`, which come from the model.

    Returns:
        The folder.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        half = pathlib.Path(folder) / path.name
        half.mkdir()
        model.save_weights(half / f"full.{WEIGHTS}")
        _to_float16(half / f"full.{WEIGHTS}", half / WEIGHTS)
        (half / f"full.{WEIGHTS}").unlink()
        write_config(
            half,
            {
                "format": _FORMAT,
                **config,
                "weights": {
                    "file": WEIGHTS,
                    "dtype": "float16",
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
    return graph


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
    """Copies a weight file with every float32 array stored as float16."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                half = item.dtype == np.float32
                new[name] = item[()].astype("float16") if half else item[()]
            else:
                new.require_group(name)
            new[name].attrs.update(item.attrs)

        old.visititems(copy)
        new.attrs.update(old.attrs)


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
