"""The VGG-Face network of AffWildNet: VGG-16 with one layer of 4096."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings

# (convolutions, filters) of each stage
_STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


@use_own_settings()
def build_vgg_face16(
    image_size=96, normalization="centered", name="vgg_face16"
):
    """VGG-16's convolutions and its first fully connected layer.

    Thirteen 3x3 convolutions with bias and relu, halved five times, then a
    layer of 4096 named `"features"`, relu, with a dropout of 0.5 in training.
    At 96x96 the last map is 3x3x512, and there are 33,593,152 parameters. Their
    pools round up (`"same"`), which matters where a map has an odd side.

    Args:
        image_size: Int or tuple `(height, width)`. Another size has another
            number of parameters. Defaults to `96`.
        normalization: String, see `emoaff.layers.InputNormalization`. Defaults
            to `"centered"`: `(x - 128) / 128`, RGB.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, 4096)`, at least 0 (after a relu).

    Returns:
        A functional `keras.Model`.

    Example:
    >>> build_vgg_face16().count_params()
    33593152

    References:
        - [Kollias et al., 2019](https://arxiv.org/abs/1804.10938), the authors'
          released code
        - [Simonyan & Zisserman, 2015](https://arxiv.org/abs/1409.1556), D
    """
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization(normalization, name="normalization")(inputs)
    for stage, (convolutions, filters) in enumerate(_STAGES, start=1):
        for i in range(1, convolutions + 1):
            x = layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                name=f"conv{stage}_{i}",
            )(x)
        x = layers.MaxPooling2D(2, padding="same", name=f"pool{stage}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="features")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(inputs, x, name=name)
