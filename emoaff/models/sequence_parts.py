"""A model of clips cut in two: what sees a face, and what remembers."""

import keras

from emoaff.layers.keras_settings import use_own_settings


@use_own_settings()
def split(model):
    """Cuts a model of clips at the layer that looks at every frame.

    The encoder can then run once on each face, however many windows the face
    is in, and the head on its features. Layers and weights are those of
    `model`: training one trains the other.

    Args:
        model: Functional `keras.Model` of one input that goes into a
            `Framewise` (or `keras.layers.TimeDistributed`) around an image
            model, as `build_cnn_lstm` and `build_affwildnet` make them, and
            the presets of these.

    Returns:
        Two models: the encoder, `(batch, height, width, 3)` to
        `(batch, features)`, and the head, `(batch, frames, features)` to the
        outputs of `model` by their names.

    Raises:
        ValueError: If there is no such layer, or anything else looks at the
            pictures.

    Example:
    >>> model = emoaff.models.build_cnn_lstm(backbone="small_cnn")
    >>> encoder, head = split(model)
    >>> encoder.output_shape, head.input_shape
    ((None, 64), (None, None, 64))
    """
    framewise, features, outputs = _replay_model(model)
    if framewise is None:
        raise ValueError(
            "Expected a model of clips, whose input goes into a `Framewise` "
            f"layer. {model.name!r} has none there. A model of features is a "
            "head already; a model of pictures has no head."
        )
    # Once more, from an input with a name that means something.
    inputs = keras.Input(
        features.shape[1:], dtype=features.dtype, name="features"
    )
    try:
        head = keras.Model(features, outputs, name=f"{model.name}_head")
        head = _clone_graph(head, inputs)
    # Old Keras builds such a head, and finds no features when it is copied.
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"Expected a model whose pictures all go through "
            f"{framewise.name!r}, and then to other layers. {model.name!r} "
            f"looks at them elsewhere, or ends there ({error}). Run it whole."
        ) from error
    return _encoder(framewise.layer, model.inputs[0].shape[2:]), head


def _replay_model(model):
    """The framewise layer, its output and the model's, in a graph of now.

    A layer that is in several models has several outputs; those of this one
    come of calling everything again.
    """
    found = [None, None]

    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        wraps = isinstance(layer, keras.layers.TimeDistributed)
        if wraps and args[0] is model.inputs[0] and found[0] is None:
            found[:] = layer, outputs
        return outputs

    if len(model.inputs) > 1:
        return None, None, None
    outputs = _clone_graph(model, model.inputs[0], call).output
    return *found, outputs


def _clone_graph(model, inputs, call=None):
    # The one input may be in a list or a dict.
    inputs = keras.tree.pack_sequence_as(model.input, [inputs])
    return keras.models.clone_model(
        model,
        input_tensors=inputs,
        clone_function=lambda layer: layer,
        call_function=call,
    )


def _encoder(layer, shape):
    if isinstance(layer, keras.Model):
        return layer
    image = keras.Input(shape, name="image")
    return keras.Model(image, layer(image), name=layer.name)
