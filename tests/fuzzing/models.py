"""Sound files of models in small, and what reads them."""

import io
import json
import pathlib
import zipfile

import h5py
import keras
import numpy as np

from emoaff import presets
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.convert.readers.torch_archive import read_torch
from emoaff.layers import Framewise
from emoaff.layers import Greyscale
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.presets import model_card
from tests.fuzzing.mutations import mutate_bytes
from tests.fuzzing.mutations import mutate_json
from tests.fuzzing.target import Target

_SIDE = 8
_CLASSES = {
    "kind": "probabilities",
    "range": [0, 1],
    "label_space": "mine",
    "classes": ["calm", "joy"],
}
_AFFECT = {
    "kind": "dimensional",
    "names": ["valence", "arousal"],
    "range": [-1, 1],
}


def preset_targets(folder: pathlib.Path) -> list[Target]:
    """Returns the readers of presets; a damaged one takes a tenth second.

    Args:
        folder: An empty folder to make sound presets in.
    """
    made = {
        "preset of pictures": (_build_still(), {"expression": _CLASSES}, 1),
        "preset of clips": (_build_clip(), {"valence_arousal": _AFFECT}, 3),
    }
    targets = []
    for name, (model, outputs, window) in made.items():
        config = {
            "name": name,
            "input": {"size": _SIDE, "channels": "RGB", "range": [0, 255]},
            "crop": {"margin": 0.25, "interpolation": "area"},
            "sampling": {"window": window, "rate_hz": None},
            "doubt": {"confidence": 0.4},
            "outputs": outputs,
            "licence": "ours",
            "provenance": {"summary": "small"},
            "scores": {
                "rows": [
                    {"measure": "uar", "of": "", "value": 0.5, "part": ""}
                ],
                "facts": {"dataset": "mine", "split": "test"},
            },
        }
        path = presets.save_preset(model, folder / name, config, "float32")
        weights = (path / presets.WEIGHTS).read_bytes()
        targets.append(
            Target(
                name,
                _read_preset,
                ((path / presets.CONFIG).read_bytes(),),
                (_mutate_config, _mutate_config, _mutate_config, mutate_bytes),
                presets.CONFIG,
                {presets.WEIGHTS: weights},
            )
        )
    return targets


def weight_targets(folder: pathlib.Path) -> list[Target]:
    """Returns the readers of other systems' weights.

    Args:
        folder: An empty folder to make sound files in.
    """
    return [
        Target(
            "keras h5",
            lambda path: list_layers(read_keras_h5(path)),
            tuple(_write_keras(folder)),
            (mutate_bytes,),
            "weights.h5",
        ),
        Target(
            "torch archive",
            read_torch,
            (_write_archive(),),
            (mutate_bytes, _mutate_archive, _mutate_archive),
            "weights.pt",
        ),
        Target(
            "safetensors",
            read_torch,
            (_write_safetensors(),),
            (mutate_bytes,),
            "weights.safetensors",
        ),
    ]


def _read_preset(path):
    preset = presets.load_preset(path.parent)
    model_card.write_headline(preset.config)
    DoubtRule.of(preset)
    shape = [1 if n is None else n for n in preset.model.input_shape]
    if np.prod(shape) < 1_000_000:
        answers = preset.model(np.zeros(shape, np.float32))
        preset.named({k: np.asarray(x) for k, x in answers.items()})


def _mutate_config(data, rng):
    config = mutate_json(json.loads(data), rng)
    if rng.random() < 0.02:
        nested = "[" * 50_000 + "]" * 50_000
        return json.dumps(config).replace("null", nested, 1).encode()
    return json.dumps(config).encode()


def _mutate_archive(data, rng):
    """Damages one record of a zip file, whose checksums fit afterwards."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        records = {name: file.read(name) for name in file.namelist()}
    name = rng.choice(sorted(records))
    return _pack({**records, name: mutate_bytes(records[name], rng)})


def _pack(records):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, data in records.items():
            file.writestr(name, data)
    return packed.getvalue()


def _build_still():
    inputs = keras.Input((_SIDE, _SIDE, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(Greyscale()(inputs))
    x = keras.layers.Conv2D(4, 3, activation="relu")(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    x = keras.layers.Dense(2, activation="softmax", name="expression")(x)
    return keras.Model(inputs, {"expression": x})


def _build_clip():
    picture = keras.Input((_SIDE, _SIDE, 3))
    x = keras.layers.GlobalAveragePooling2D()(picture)
    encoder = keras.Model(picture, keras.layers.Dense(3)(x))
    inputs = keras.Input((3, _SIDE, _SIDE, 3), name="clip")
    x = Framewise(encoder, name="backbone")(inputs)
    x = keras.layers.LSTM(2, return_sequences=True)(x)
    return keras.Model(inputs, {"valence_arousal": keras.layers.Dense(2)(x)})


def _write_keras(folder):
    """A file as Keras 2 wrote them, and one of Keras 3."""
    old = folder / "old.h5"
    with h5py.File(old, "w") as file:
        file.attrs["model_config"] = json.dumps(
            {
                "class_name": "Functional",
                "config": {
                    "name": "model",
                    "layers": [
                        {"class_name": "Dense", "config": {"name": "dense"}}
                    ],
                },
            }
        )
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense"])
        layer = group.create_group("dense")
        layer.attrs["weight_names"] = np.array([b"dense/kernel:0"])
        layer["dense/kernel:0"] = np.ones((3, 2), np.float32)
    yield old.read_bytes()
    new = folder / "new.weights.h5"
    _build_still().save_weights(new)
    yield new.read_bytes()


def _write_archive():
    """A state dict of one tensor as PyTorch 1.6 and later write it."""
    pickled = (
        b"\x80\x02}q\x00X\x06\x00\x00\x00weightq\x01"
        b"ctorch._utils\n_rebuild_tensor_v2\nq\x02"
        b"((X\x07\x00\x00\x00storageq\x03ctorch\nFloatStorage\nq\x04"
        b"X\x01\x00\x00\x000q\x05X\x03\x00\x00\x00cpuq\x06K\x06tq\x07Q"
        b"K\x00K\x03K\x02\x86q\x08K\x02K\x01\x86q\x09\x89"
        b"ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0ds."
    )
    return _pack(
        {
            "archive/data.pkl": pickled,
            "archive/byteorder": b"little",
            "archive/data/0": np.arange(6, dtype=np.float32).tobytes(),
            "archive/version": b"3\n",
        }
    )


def _write_safetensors():
    from safetensors.numpy import save

    return save({"weight": np.ones((2, 3), np.float32)})
