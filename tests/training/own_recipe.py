"""A recipe file that trains in a second on the corpus `small`."""

from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video

TEXT = '''\
"""What a user wrote."""

import keras

from emoaff.training.clip_config import ClipConfig

CONFIG = ClipConfig().change(
    data={"dataset": "small", "target": "valence_arousal"},
    window={"frames": 1},
    model={"size": 24},
    loss={"name": "mse"},
    optimizer={"learning_rate": 0.01},
    schedule={"epochs": 1, "patience": 0, "steps_per_epoch": 2},
    batch={"size": 8},
)
ABOUT = dict.fromkeys(
    ("summary", "data", "licence", "training", "limits"), "Mine."
)


def build(config, data):
    """The mean colour and a layer."""
    inputs = keras.Input((24, 24, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="affect")(x))
'''


def build_corpus(monkeypatch, folder):
    splits = {
        "train": [e for n in range(0, 8, 2) for e in segments(n, range(12))],
        "validation": list(segments(9, range(12))),
    }
    small_video(monkeypatch, folder, splits)
    return folder


def write_recipe(folder, text=TEXT, name="mine.py"):
    file = folder / name
    file.write_text(text)
    return str(file)
