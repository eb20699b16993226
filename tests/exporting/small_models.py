"""Small presets that answer what their pictures show, to be exported."""

import keras
import numpy as np

from emoaff import labels
from emoaff import models
from emoaff import presets
from tests import small_presets

SIDE = 24
CLASSES = labels.get("ferplus").classes
BOTH = {
    **small_presets.classes("ferplus"),
    "arousal_valence": {
        "kind": "dimensional",
        "names": ["arousal", "valence"],
        "range": [-1, 1],
    },
}
CONFIG = {
    "name": "small",
    "input": {"size": SIDE, "channels": "RGB", "range": [0, 255]},
    "crop": {"margin": 0.25, "interpolation": "area"},
    "outputs": BOTH,
    "licence": "for tests",
}


def outputs_with_prior(shares, sharpness=1.0):
    """The outputs of a preset that knows its training's class shares."""
    expression = {**BOTH["expression"], "class_prior": list(shares)}
    if sharpness != 1:
        expression["prior_sharpness"] = sharpness
    return {**BOTH, "expression": expression}


def image_model(seed=0):
    """A picture to eight features, with a convolution in 8-bit reach."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    x = keras.layers.Conv2D(16, 5, 4, activation="relu")(x)
    x = keras.layers.DepthwiseConv2D(3, activation="relu")(x)
    x = keras.layers.Flatten()(x)
    lively = keras.initializers.RandomNormal(0, 2.0, seed=4)
    x = keras.layers.Dense(
        8, activation="tanh", kernel_initializer=lively, name="features"
    )(x)
    return keras.Model(inputs, x, name="image_model")


def _answers(x):
    """Classes that differ, and an arousal that must be clipped."""
    big = keras.initializers.RandomNormal(0, 2.0, seed=3)
    less = keras.initializers.RandomNormal(0, 0.7, seed=5)
    dense = keras.layers.Dense
    return {
        "expression": dense(
            len(CLASSES),
            activation="softmax",
            kernel_initializer=big,
            name="expression",
        )(x),
        "arousal_valence": dense(
            2, kernel_initializer=less, name="arousal_valence"
        )(x),
    }


def still_preset(folder):
    """A preset of single pictures."""
    encoder = image_model()
    model = keras.Model(encoder.input, _answers(encoder.output))
    return _saved(folder, model, window=1)


def sequence_preset(folder, frames=None, temporal="lstm"):
    """A preset of clips that answers each frame."""
    keras.utils.set_random_seed(1)
    heads = {"expression": 8, "arousal_valence": "arousal_valence"}
    model = models.build_cnn_lstm(
        frames,
        SIDE,
        backbone=image_model(),
        temporal=temporal,
        temporal_units=(6, 5),
        heads=heads,
    )
    # Trained weights say more than first ones do.
    for layer in model.layers[2:]:
        for weight in layer.weights:
            weight.assign(3 * weight)
    return _saved(folder, model, window=frames or 6, rate_hz=5)


def window_preset(folder, frames=4):
    """A preset of features, one answer a window, and that of its pictures."""
    image = still_preset(folder / "image")
    keras.utils.set_random_seed(2)
    inputs = keras.Input((frames, 8), name="features")
    x = keras.layers.LSTM(6, name="lstm_1")(inputs)
    head = keras.Model(inputs, _answers(x))
    source = {
        "kind": "features",
        "features_from": str(image.path),
        "features_sha256": image.config["weights"]["sha256"],
        "size": SIDE,
    }
    return _saved(folder / "windows", head, frames, rate_hz=5, input=source)


def _saved(folder, model, window, rate_hz=None, **more):
    config = {**CONFIG, "sampling": {"window": window, "rate_hz": rate_hz}}
    config.update(more)
    return presets.load_preset(
        presets.save_preset(model, folder, config, "float32")
    )


def noise(*shape, seed=0):
    """Pictures that are smooth and all different, uint8."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (*shape, 4, 4, 3))
    return np.uint8(coarse.repeat(SIDE // 4, -3).repeat(SIDE // 4, -2))


def by_hand(preset, faces):
    """A still preset's answers through its Keras model, by meaning."""
    answers = preset.model(np.float32(faces), training=False)
    affect = np.clip(answers["arousal_valence"], -1, 1)
    return {
        "expression": np.asarray(answers["expression"]),
        "arousal": affect[..., 0],
        "valence": affect[..., 1],
    }


def plain_faces(preset, count):
    """Pictures of whose class a still preset is sure."""
    faces = noise(40 * count)
    best = np.sort(by_hand(preset, faces)["expression"], axis=1)
    sure = faces[best[:, -1] - best[:, -2] > 0.1]
    assert len(sure) >= count
    return sure[:count]
