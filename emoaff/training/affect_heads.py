"""Small heads with a memory over frozen features, several side by side.

What is public here:

    build_heads(features, config) -> keras.Model
    heads_loss(y_true, y_pred)
    mean_of_heads(answers) -> array
    join_heads(heads, encoder, expression, name) -> keras.Model
"""

import keras
import numpy as np
from keras import layers
from keras import ops

from emoaff.layers import Framewise
from emoaff.losses import ConcordanceLoss

_RECURRENT = {"lstm": layers.LSTM, "gru": layers.GRU}
_OUTPUT = "valence_arousal"


def build_heads(features: int, config) -> keras.Model:
    """Builds heads that differ in first weights, and may in their memory.

    Args:
        features: Numbers of each frame.
        config: Has `heads`, `dense`, `temporal` (`"lstm"`, `"gru"`,
            `"lstm+gru"` for heads of either kind in turn, or `""`), `units`,
            `dropout` and `dropout_heads`.

    Returns:
        A model from `(batch, frames, features)` to a dict of `heads` outputs
        `(batch, frames, 2)`, valence and arousal, linear.
    """
    inputs = keras.Input((None, features), name="features")
    outputs, kinds = {}, config.temporal.split("+")
    for number in range(1, config.heads + 1):
        end, kind = f"_{number}", kinds[(number - 1) % len(kinds)]
        x = layers.Dropout(config.dropout, name=f"dropout{end}")(inputs)
        x = layers.Dense(config.dense, "relu", name=f"dense{end}")(x)
        if kind:
            memory = _RECURRENT[kind]
            name = f"{kind}{end}"
            x = memory(config.units, return_sequences=True, name=name)(x)
        x = layers.Dropout(config.dropout_heads, name=f"dropout_head{end}")(x)
        outputs[f"head{end}"] = layers.Dense(2, name=f"head{end}")(x)
    return keras.Model(inputs, outputs, name="affect_heads")


def heads_loss(y_true, y_pred):
    """Sums over heads two concordance losses: of frames and of clips.

    A head is scored by itself, so heads train as if each were alone.

    Args:
        y_true: float `(batch, frames, 2)`, NaN where unlabelled.
        y_pred: Head name to `(batch, frames, 2)`.

    Returns:
        A scalar in `[0, 4]` times the number of heads.
    """
    loss = ConcordanceLoss(over="batch")
    labels = clip_means(y_true, y_true)
    total = 0.0
    for answers in y_pred.values():
        total += loss(y_true, answers)
        total += loss(labels, clip_means(answers, y_true))
    return total


def clip_means(values, y_true):
    """Averages values over the labelled frames of each clip.

    Args:
        values: float `(batch, frames, c)`.
        y_true: float, same shape, NaN where a frame does not count.

    Returns:
        `(batch, 1, c)`, NaN where no frame of a clip is labelled.
    """
    known = ops.logical_not(ops.isnan(y_true))
    count = ops.sum(ops.cast(known, values.dtype), axis=1, keepdims=True)
    total = ops.sum(ops.where(known, values, 0.0), axis=1, keepdims=True)
    return ops.where(count > 0, total / ops.maximum(count, 1), np.nan)


def mean_of_heads(answers: dict) -> np.ndarray:
    """Averages what the heads say, `(batch, frames, 2)`."""
    return np.mean([np.asarray(each) for each in answers.values()], axis=0)


def join_heads(
    heads: keras.Model,
    encoder: keras.Model,
    expression: keras.layers.Dense,
    scaling: tuple[np.ndarray, np.ndarray],
    name: str,
) -> keras.Model:
    """Joins image model, heads and expression layer to one model of clips.

    Args:
        heads: A trained `build_heads`.
        encoder: `(batch, height, width, 3)` to `(batch, features)`.
        expression: The layer that names the expression, of as many of the
            features, the first, as it was built for; its weights are copied.
        scaling: Mean and standard deviation of each feature, which the heads
            were trained on features without; becomes part of their weights.
        name: Of the result.

    Returns:
        A model from `(batch, frames, height, width, 3)` RGB 0-255 to
        `valence_arousal`, the mean of the heads, and `expression`.
    """
    mean, deviation = scaling
    inputs = keras.Input((None, *encoder.input_shape[1:]), name="frames")
    features = Framewise(encoder, name="backbone")(inputs)
    named = {layer.name: layer for layer in heads.layers}
    answers, number = [], 1
    while f"head_{number}" in named:
        x = features
        for layer in _chain(heads, number):
            copy = type(layer).from_config(layer.get_config())
            x = copy(x)
            weights = layer.get_weights()
            if layer.name == f"dense_{number}":
                kernel = weights[0] / deviation[:, None]
                weights = [kernel, weights[1] - mean @ kernel]
            copy.set_weights(weights)
        answers.append(x)
        number += 1
    mixed = answers[0]
    if len(answers) > 1:
        mixed = layers.Average(name=_OUTPUT)(answers)
    classes = layers.Dense.from_config(
        {**expression.get_config(), "name": "expression"}
    )
    outputs = {"expression": classes(features), _OUTPUT: mixed}
    kernel, *bias = expression.get_weights()
    # What the expression is not read from has weights of 0.
    more = features.shape[-1] - len(kernel)
    classes.set_weights([np.pad(kernel, ((0, more), (0, 0))), *bias])
    return keras.Model(inputs, outputs, name=name)


def _chain(heads, number):
    """The layers of one head, without those that act in training alone."""
    end = f"_{number}"
    return [
        layer
        for layer in heads.layers
        if layer.name.endswith(end) and not isinstance(layer, layers.Dropout)
    ]
