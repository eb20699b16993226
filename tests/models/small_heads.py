"""Small models of clips and heads, with weights that make a difference."""

import keras
import numpy as np

from emoaff.models.cnn_lstm import build_cnn_lstm
from emoaff.models.streaming import zero_states

SIDE = 8


def encoder():
    image = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    x = keras.layers.Conv2D(6, 3, activation="relu", name="conv")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, x, name="tiny")


def clips(**options):
    """A model of clips with random weights."""
    options = {"backbone": encoder(), "temporal_units": (5, 4), **options}
    return shaken(build_cnn_lstm(**options))


def shaken(model, seed=0, scale=0.5):
    """Random numbers for all weights, so that biases and states matter."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        values = rng.normal(0, scale, weight.shape)
        if "variance" in weight.path:
            values = np.abs(values) + 0.5
        weight.assign(values)
    return model


def alive(model, seed=0):
    """Random weights of a deep network through which pictures still differ.

    Kernels keep the spread of what they take; variances of batch norms are
    small enough for their epsilon to matter.
    """
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        shape = tuple(weight.shape)
        kind = weight.path.split("/")[-1]
        if kind == "kernel" and len(shape) == 4:
            depthwise = shape[3] == 1
            inputs = shape[0] * shape[1] * (1 if depthwise else shape[2])
            values = rng.normal(0, np.sqrt(0.02 / inputs), shape)
        elif kind == "gamma":
            values = 0.7 + rng.uniform(0, 0.3, shape)
        elif kind == "moving_variance":
            values = rng.uniform(0.005, 0.02, shape)
        else:
            values = rng.normal(0, 0.05, shape)
        weight.assign(values)
    return model


def assert_close(got, expected):
    """Within 1e-5 of the largest: float32 through 50 layers."""
    assert np.std(expected) > 0.05
    largest = np.abs(expected).max()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * largest)


def features(people=3, frames=60, width=6, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(people, frames, width)).astype("float32")


def one_by_one(step, frames):
    """Feeds `(batch, frames, features)` to a streaming model frame by frame.

    Returns:
        Output name to `(batch, frames, c)`, and the last states.
    """
    states = zero_states(step, len(frames))
    answers = []
    for face in np.moveaxis(frames, 1, 0):
        answer = step.predict_on_batch({"features": face, **states})
        states = {name: answer.pop(name) for name in states}
        answers.append(answer)
    rows = {k: np.stack([a[k] for a in answers], axis=1) for k in answers[0]}
    return rows, states
