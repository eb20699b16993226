"""How much each place of an image model's last map counts, fitted.

Places of a map tell more or less of an expression, and what they say is more or
less certain on pictures unlike those of training. An even mean lets all count
the same; a few shares, found on pictures that the model did not learn from, are
better.

What is public here:

    answer_by_place(classifier) -> keras.Model
    weigh_places(encoder, shares) -> keras.Model
    fit_shares(answers, truth) -> array
    pool_answers(answers, shares) -> array
"""

import keras
import numpy as np
from scipy import optimize
from scipy import special

from emoaff.layers import WeightedAveragePooling2D

_SPREAD = 1.0  # of a share's logarithm, before any picture is seen


def answer_by_place(classifier: keras.Model) -> keras.Model:
    """Builds a classifier that answers for each place of its last map.

    Args:
        classifier: Layers one after the other, among them a model that ends
            with a `GlobalAveragePooling2D`, and no other activation after it
            than linear ones. Its answer is then the mean of those of the
            places.

    Returns:
        A model with the same weights from `(n, height, width, 3)` to
        `(n, places * classes)`, row by row, the classes of a place beside each
        other.

    Raises:
        ValueError: If the classifier is of another form.
    """
    before, encoder, after = _part(classifier)
    x = inputs = keras.Input(classifier.input_shape[1:], name="image")
    for layer in before:
        x = layer(x)
    x = keras.Model(encoder.input, encoder.layers[-1].input)(x)
    for layer in after:
        x = layer(x)
    return keras.Model(inputs, keras.layers.Flatten()(x))


def weigh_places(model: keras.Model, shares) -> keras.Model:
    """Lets some places of the last map count more.

    Args:
        model: An image model that ends with a `GlobalAveragePooling2D`, or a
            classifier as for `answer_by_place`.
        shares: `(height, width)`, see
            `emoaff.layers.WeightedAveragePooling2D`.

    Returns:
        The same layers, but the pooling.

    Raises:
        ValueError: If the model is of another form.
    """
    last = model.layers[-1]
    if isinstance(last, keras.layers.GlobalAveragePooling2D):
        pool = WeightedAveragePooling2D(
            shares, name=last.name, dtype=last.dtype_policy
        )
        return keras.Model(model.input, pool(last.input), name=model.name)
    before, encoder, after = _part(model)
    x = model.input
    for layer in (*before, weigh_places(encoder, shares), *after):
        x = layer(x)
    return keras.Model(model.input, x, name=model.name)


def _part(classifier):
    layers = classifier.layers[1:]
    inside = [n for n, x in enumerate(layers) if isinstance(x, keras.Model)]
    pool = keras.layers.GlobalAveragePooling2D
    if len(inside) != 1 or not isinstance(layers[inside[0]].layers[-1], pool):
        raise ValueError(
            "Expected a classifier whose image model ends with a "
            "GlobalAveragePooling2D. Received: the layers "
            f"{', '.join(layer.name for layer in layers)}. Leave "
            "model.pooling=mean."
        )
    number = inside[0]
    after = layers[number + 1 :]
    for layer in after:
        activation = getattr(layer, "activation", keras.activations.linear)
        if activation is not keras.activations.linear:
            raise ValueError(
                "Expected only linear layers after the image model, so that "
                "the answer is the mean of those of all places. Received: "
                f"{layer.name}, {activation.__name__}. Leave "
                "model.pooling=mean."
            )
    return layers[:number], layers[number], after


def fit_shares(answers, truth) -> np.ndarray:
    """Finds how much each place counts, so that labels are most likely.

    A place and its mirror image count the same, since faces are seen either
    way round. Logarithms of the shares are held to each other as a normal
    prior of standard deviation 1 does, and a temperature is fitted beside
    them, which is thrown away.

    Args:
        answers: `(n, height, width, classes)`, logits of each place; those of
            a picture are their mean.
        truth: int `(n,)`, class indices.

    Returns:
        float64 `(height, width)`, over 0, sums to 1; all alike where `n` is 0.
    """
    answers = np.asarray(answers, np.float64)
    _, height, width, classes = answers.shape
    half = (width + 1) // 2
    across = np.minimum(np.arange(width), width - 1 - np.arange(width))
    member = np.arange(height)[:, None] * half + across
    hit = np.arange(classes) == np.asarray(truth)[:, None]
    flat = answers.reshape(len(answers), height * width, classes)

    def negative_log_posterior(values):
        logs, heat = values[:-1], np.exp(-values[-1])
        shares = special.softmax(logs[member].ravel())
        pooled = np.einsum("npc,p->nc", flat, shares)
        log_p = special.log_softmax(pooled * heat, axis=1)
        slope = (np.exp(log_p) - hit) * heat  # by the pooled logits
        by_share = np.einsum("nc,npc->p", slope, flat)
        by_log = shares * (by_share - shares @ by_share)
        by_value = np.bincount(member.ravel(), by_log, len(logs))
        loss = -log_p[hit].sum() + (logs @ logs) / (2 * _SPREAD**2)
        by_heat = -(slope * pooled).sum()
        return loss, np.append(by_value + logs / _SPREAD**2, by_heat)

    best = optimize.minimize(
        negative_log_posterior,
        np.zeros(height * half + 1),
        jac=True,
        method="L-BFGS-B",
    )
    return special.softmax(best.x[:-1][member])


def pool_answers(answers, shares) -> np.ndarray:
    """Averages answers over places.

    Args:
        answers: `(n, height, width, classes)`.
        shares: `(height, width)`, sums to 1.

    Returns:
        `(n, classes)`.
    """
    return np.einsum("nhwc,hw->nc", answers, shares)
