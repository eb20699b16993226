"""Models of grey pictures that compute on one grey channel, not on three."""

import keras
import numpy as np
from keras import ops

from emoaff.layers import Greyscale
from emoaff.layers import InputNormalization


def fold_grey(model: keras.Model) -> keras.Model:
    """Returns an equal model that turns its pictures grey before enlarging.

    Grey, its three copies, their normalisation and the first convolution are
    linear in a picture's pixels, so that the convolution can read the grey
    itself. Its zeros around the picture stand for grey levels that differ by
    channel; so that they stay zeros, a second channel of ones carries what the
    normalisation subtracts.

    Args:
        model: Of pictures, `(batch, height, width, 3)`, float32.

    Returns:
        A model with the same inputs, and outputs that differ by rounding; the
        model itself unless it begins with `keras.layers.Resizing` without
        padding, which it may lack, `Greyscale`, and an image model that begins
        with `InputNormalization` and a `Conv2D` of 3 channels.
    """
    parts = _find_parts(model)
    if parts is None:
        return model
    resizing, grey, encoder = parts
    luma, folded = _fold(grey, encoder)
    put = {grey: luma}
    if resizing is not None:
        # Before: two channels are enlarged faster than three.
        put[resizing] = keras.Sequential([luma, _copy(resizing)])
        put[grey] = keras.layers.Identity()
    put[encoder] = folded
    return keras.models.clone_model(
        model, clone_function=lambda layer: put.get(layer, layer)
    )


def _find_parts(model):
    """The layers up to the image model: resizing or None, grey, itself."""
    resizing, (_, *layers) = None, model.layers
    if layers and isinstance(layers[0], keras.layers.Resizing):
        resizing, *layers = layers
        if resizing.pad_to_aspect_ratio:  # with zeros, of the ones as well
            return None
    if len(layers) < 2 or not isinstance(layers[0], Greyscale):
        return None
    grey, encoder, *_ = layers
    if not isinstance(encoder, keras.Model) or len(encoder.layers) < 3:
        return None
    _, normalization, convolution, *_ = encoder.layers
    fits = (
        isinstance(normalization, InputNormalization)
        and type(convolution) is keras.layers.Conv2D
        and convolution.groups == 1
    )
    return (resizing, grey, encoder) if fits else None


def _fold(grey, encoder):
    """Makes the layer that gives grey and ones, and the image model after."""
    _, normalization, convolution, *_ = encoder.layers
    colours = np.concatenate([np.zeros((1, 3)), np.eye(3)])
    shades = grey(colours)
    weights = ops.convert_to_numpy(shades)[1:, 0]
    black, white = np.float32([[0] * 3, [255] * 3])
    offset, end = np.float64(normalization(np.stack([black, white])))
    slope = (end - offset) / 255

    luma = keras.layers.Dense(2)
    luma.build((None, None, None, 3))
    both = np.stack([weights, np.zeros(3)], axis=1)
    luma.set_weights([both, np.array([0.0, 1.0])])

    first = _copy(convolution)
    inputs = keras.Input((*convolution.input.shape[1:3], 2))
    x = first(inputs)
    kernel, *bias = convolution.get_weights()
    channels = np.stack([slope, offset], axis=1)
    kernel = np.einsum("hwcf,cn->hwnf", np.float64(kernel), channels)
    first.set_weights([kernel, *bias])
    after = keras.Model(convolution.output, encoder.output)
    return luma, keras.Model(inputs, after(x))


def _copy(layer):
    return type(layer).from_config(layer.get_config())
