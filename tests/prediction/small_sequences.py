"""Tiny presets with a memory, and the models they are made of."""

import keras

from emoaff import presets
from emoaff.layers import Framewise
from tests.data.small_corpus import SIDE
from tests.small_presets import classes
from tests.small_presets import mean_colour
from tests.small_presets import saved

SPACE = "emo_affectnet"
WINDOW = 6


def head_layers(each_frame):
    """An LSTM and seven classes, with weights large enough to tell apart."""
    draw = keras.initializers.RandomNormal(0, 1.0, seed=4)
    lstm = keras.layers.LSTM(
        5,
        return_sequences=each_frame,
        kernel_initializer=draw,
        recurrent_initializer=draw,
        name="lstm_1",
    )
    dense = keras.layers.Dense(
        7, activation="softmax", kernel_initializer=draw, name="expression"
    )
    return lambda x: dense(lstm(x))


def clip_preset(folder, each_frame=True, **sampling):
    """A preset of windows of pictures."""
    picture = keras.Input((SIDE, SIDE, 3))
    encoder = keras.Model(picture, mean_colour(picture))
    inputs = keras.Input((WINDOW, SIDE, SIDE, 3), name="clip")
    x = Framewise(encoder, name="backbone")(inputs)
    model = keras.Model(inputs, {"expression": head_layers(each_frame)(x)})
    return saved(
        folder,
        model,
        classes(SPACE),
        sampling={"window": WINDOW, "rate_hz": None, **sampling},
    )


def still_preset(folder):
    """A preset of pictures whose features another may take."""
    picture = keras.Input((SIDE, SIDE, 3), name="image")
    x = mean_colour(picture)
    draw = keras.initializers.RandomNormal(0, 1.0, seed=3)
    dense = keras.layers.Dense(
        7, activation="softmax", kernel_initializer=draw, name="expression"
    )
    model = keras.Model(picture, {"expression": dense(x)})
    return saved(folder, model, classes(SPACE))


def feature_preset(folder, source, each_frame=False, named=None, **sampling):
    """A preset of features of another."""
    inputs = keras.Input((WINDOW, 3), name="features")
    outputs = {"expression": head_layers(each_frame)(inputs)}
    return saved(
        folder,
        keras.Model(inputs, outputs),
        classes(SPACE),
        input={
            "kind": "features",
            "features_from": named or str(source.path),
            "features_sha256": source.config["weights"]["sha256"],
            "size": source.size,
        },
        crop=source.config["crop"],
        sampling={"window": WINDOW, "rate_hz": None, **sampling},
    )


def reloaded(preset, **config):
    """The same preset with other words in its `config.json`."""
    presets.write_config(preset.path, {**preset.config, **config})
    return presets.load_preset(preset.path)
