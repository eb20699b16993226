"""ResNet-50 as TF-Slim lays it out, for checkpoints of TensorFlow 1."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings

# (block, units, width of the bottleneck, stride of the last unit)
_BLOCKS = ((1, 3, 64, 2), (2, 4, 128, 2), (3, 6, 256, 2), (4, 3, 512, 1))


@use_own_settings()
def build_slim_resnet50(
    image_size=96, normalization="centered", name="resnet_v1_50"
):
    """TF-Slim's `resnet_v1_50` without its classes.

    It is not that of `keras.applications`: its convolutions have no bias, and
    blocks 1 to 3 halve the map in the 3x3 convolution of their *last* unit, not
    in the first 1x1 of the next. Layers are named after its scopes:
    `block1_unit_1_conv1` and `block1_unit_1_conv1_bn` for
    `block1/unit_1/bottleneck_v1/conv1`. It has 23,561,152 parameters.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32. Defaults to
            `96`.
        normalization: String, see `emoaff.layers.InputNormalization`, or
            `None` for pixels as they are. Defaults to `"centered"`, that of
            AffWildNet.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, 2048)`, at least 0 (averages of relu).

    Returns:
        A functional `keras.Model`.

    Example:
    >>> build_slim_resnet50().count_params()
    23561152

    References:
        - [TF-Slim](https://github.com/google-research/tf-slim), `resnet_v1`
    """
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    if normalization is None:
        x = layers.Rescaling(1.0, name="normalization")(inputs)
    else:
        x = InputNormalization(normalization, name="normalization")(inputs)
    x = _convolution(x, 64, 7, 2, "conv1")
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    for block, units, width, stride in _BLOCKS:
        for unit in range(1, units + 1):
            x = _unit(
                x,
                width,
                stride if unit == units else 1,
                unit == 1,
                f"block{block}_unit_{unit}",
            )
    features = layers.GlobalAveragePooling2D(name="pool5")(x)
    return keras.Model(inputs, features, name=name)


def _unit(inputs, width, stride, project, name):
    shortcut = inputs
    if project:
        shortcut = _convolution(inputs, 4 * width, 1, 1, f"{name}_shortcut")
    elif stride > 1:
        shortcut = layers.MaxPooling2D(
            1, strides=stride, name=f"{name}_shortcut"
        )(inputs)
    x = _convolution(inputs, width, 1, 1, f"{name}_conv1")
    x = layers.ReLU(name=f"{name}_conv1_relu")(x)
    x = _convolution(x, width, 3, stride, f"{name}_conv2")
    x = layers.ReLU(name=f"{name}_conv2_relu")(x)
    x = _convolution(x, 4 * width, 1, 1, f"{name}_conv3")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_out")(x)


def _convolution(x, filters, size, stride, name):
    if stride > 1:
        # "same" would pad an even side at its end alone.
        x = layers.ZeroPadding2D(size // 2, name=f"{name}_padding")(x)
    x = layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="valid" if stride > 1 else "same",
        use_bias=False,
        name=name,
    )(x)
    return layers.BatchNormalization(
        momentum=0.997, epsilon=1e-5, name=f"{name}_bn"
    )(x)
