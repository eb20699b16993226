"""MobileNetV1 without batch normalisation, as a face encoder."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings

# (filters of the pointwise convolution, stride of the depthwise one)
_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


@use_own_settings()
def build_mobilenet_v1(
    image_size=None,
    weights=None,
    normalization="imagenet_caffe",
    name="mobilenet_v1",
):
    """MobileNetV1 (width 1.0) whose convolutions carry their batch norms.

    Each convolution has a bias and no batch normalisation follows it: the form
    a trained MobileNet takes once its batch norms are folded in. It has
    3,196,032 parameters.

    Args:
        image_size: Int, tuple `(height, width)` or `None` for any size of at
            least 32. Defaults to `None`.
        weights: `None` for random weights, or the path of a Keras
            `.weights.h5` file of these layers. Defaults to `None`.
        normalization: String, see `emoaff.layers.InputNormalization`. Defaults
            to `"imagenet_caffe"`.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, 1024)`, float, at least 0 (averages of relu6).

    Returns:
        A functional `keras.Model`.

    Example:
    >>> build_mobilenet_v1(64).output_shape
    (None, 1024)

    References:
        - [Howard et al., 2017](https://arxiv.org/abs/1704.04861), Table 1
    """
    if image_size is None or isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization(normalization, name="normalization")(inputs)
    x = layers.Conv2D(32, 3, strides=2, padding="same", name="conv1")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    for i, (filters, stride) in enumerate(_BLOCKS, start=1):
        x = layers.DepthwiseConv2D(
            3, strides=stride, padding="same", name=f"dw{i}"
        )(x)
        x = layers.ReLU(6.0, name=f"dw{i}_relu")(x)
        x = layers.Conv2D(filters, 1, name=f"pw{i}")(x)
        x = layers.ReLU(6.0, name=f"pw{i}_relu")(x)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    model = keras.Model(inputs, features, name=name)
    if weights is not None:
        model.load_weights(weights)
    return model
