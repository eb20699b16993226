"""Presets with tiny models for the pictures of `tests.data.small_corpus`."""

import keras

from emoaff import labels
from emoaff import presets
from emoaff.layers import Framewise
from tests.data.small_corpus import SIDE

AFFECT = {
    "arousal_valence": {
        "kind": "dimensional",
        "names": ["arousal", "valence"],
        "range": [-1, 1],
    }
}


def classes(space, kind="probabilities", name="expression"):
    """The entry of `outputs` for classes of a label space or of these names."""
    if isinstance(space, str):
        space = labels.get(space)
    return {
        name: {
            "kind": kind,
            "range": [0, 1],
            "label_space": space.name,
            "classes": list(space.classes),
        }
    }


def mean_colour(inputs):
    """A model's features of a picture: its mean red, green, blue over 100."""
    pool = keras.layers.GlobalAveragePooling2D(name="pool")(inputs)
    return keras.layers.Rescaling(0.01, name="features")(pool)


def dense(width, seed=0, **options):
    """A layer whose answers to `mean_colour` differ and mostly stay in 1."""
    weights = keras.initializers.RandomNormal(0, 0.2, seed)
    return keras.layers.Dense(width, kernel_initializer=weights, **options)


def still_model(outputs, size=SIDE):
    """One picture to the dict of `outputs` (name to layer)."""
    inputs = keras.Input((size, size, 3), name="image")
    x = mean_colour(inputs)
    return keras.Model(inputs, {k: layer(x) for k, layer in outputs.items()})


def window_model(frames, one_answer=False, size=SIDE):
    """Windows to arousal and valence that depend on the frames before."""
    picture = keras.Input((size, size, 3))
    encoder = keras.Model(picture, mean_colour(picture))
    inputs = keras.Input((frames, size, size, 3), name="clip")
    x = Framewise(encoder, name="backbone")(inputs)
    return keras.Model(inputs, {"arousal_valence": _memory(x, one_answer)})


def lstm_model(frames, size=SIDE):
    """Windows to arousal and valence by an LSTM, the layer `memory`."""
    picture = keras.Input((size, size, 3))
    encoder = keras.Model(picture, mean_colour(picture))
    inputs = keras.Input((frames, size, size, 3), name="clip")
    x = Framewise(encoder, name="backbone")(inputs)
    draw = keras.initializers.RandomNormal(0, 1.0, seed=4)
    x = keras.layers.LSTM(
        4, return_sequences=True, kernel_initializer=draw, name="memory"
    )(x)
    x = keras.layers.Dense(2, kernel_initializer=draw)(x)
    return keras.Model(inputs, {"arousal_valence": x})


def feature_model(frames, one_answer=True):
    """Windows of three features to arousal and valence."""
    inputs = keras.Input((frames, 3), name="features")
    return keras.Model(inputs, {"arousal_valence": _memory(inputs, one_answer)})


def _memory(x, one_answer):
    """Looks at the frame and the two before, or at the whole window."""
    weights = keras.initializers.RandomNormal(0, 0.05, seed=1)
    if one_answer:
        flat = keras.layers.Flatten()(x)
        return keras.layers.Dense(2, kernel_initializer=weights)(flat)
    return keras.layers.Conv1D(
        2, 3, padding="causal", kernel_initializer=weights
    )(x)


def saved(folder, model, outputs, **more):
    """Saves and loads a preset; `more` is what else `config.json` says."""
    shape = model.input_shape
    size = shape[-2] if len(shape) in (4, 5) else SIDE
    config = {
        "name": folder.name,
        "input": {"size": size, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "outputs": outputs,
        **more,
    }
    return presets.load_preset(presets.save_preset(model, folder, config))
