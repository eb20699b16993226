"""A small image model for runs of minutes on a CPU."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings


@use_own_settings()
def build_small_cnn(
    image_size=48,
    width=16,
    features=64,
    normalization="batch",
    name="small_cnn",
):
    """Three strided 3x3 convolutions: our own network, not a paper's.

    It is for tests, first runs and made-up data, where a whole experiment has
    to fit into minutes on a CPU; do not expect a published network's accuracy.
    The map is not averaged whole, so the features know where in the face
    something is.

    Args:
        image_size: Int or tuple `(height, width)`. Defaults to `48`.
        width: Int, filters of the first convolution; the second and third have
            2 and 4 times as many. Defaults to `16`.
        features: Int, the number of features. Defaults to `64`.
        normalization: String, `"batch"` for a batch norm after each
            convolution or `"none"`. Defaults to `"batch"`.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, features)`, at least 0 (after a relu).

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `normalization` is not one of the above.

    Example:
    >>> build_small_cnn(features=32).output_shape
    (None, 32)
    """
    if normalization not in ("batch", "none"):
        raise ValueError(
            "`normalization` must be 'batch' or 'none'. "
            f"Received: normalization={normalization!r}."
        )
    batch = normalization == "batch"
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization("centered", name="normalization")(inputs)
    for i in (1, 2, 3):
        x = layers.Conv2D(
            width * 2 ** (i - 1),
            3,
            strides=2,
            padding="same",
            use_bias=not batch,
            name=f"conv{i}",
        )(x)
        if batch:
            x = layers.BatchNormalization(name=f"conv{i}_bn")(x)
        x = layers.ReLU(name=f"conv{i}_relu")(x)
    x = layers.AveragePooling2D(2, padding="same", name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(features, activation="relu", name="features")(x)
    return keras.Model(inputs, x, name=name)
