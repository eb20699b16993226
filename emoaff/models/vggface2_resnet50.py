"""ResNet-50 as keras-vggface lays it out, for weights trained on VGGFace2."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings

# (stage, blocks, width of the bottleneck)
_STAGES = ((2, 3, 64), (3, 4, 128), (4, 6, 256), (5, 3, 512))


@use_own_settings()
def build_vggface2_resnet50(
    image_size=224, normalization="vggface2", name="vggface2_resnet50"
):
    """ResNet-50 with keras-vggface's layers, in its order and by its names.

    The stride of a stage is on the first 1x1 convolution and on the
    projection, not on the 3x3 one, and the pool after the stem has no padding:
    a picture of 224 shrinks to 112, 55, 28, 14, 7. Weights of torchvision or
    `keras.applications` have other shapes or expect another layout. It has
    23,561,152 parameters in 53 convolutions without bias and 53 batch norms.

    The original ends in a 7x7 average pool; here the last map is averaged
    whole, which is the same at 224 and works at other sizes.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32. Defaults to
            `224`.
        normalization: String, see `emoaff.layers.InputNormalization`. Defaults
            to `"vggface2"`: BGR minus the means of VGGFace2.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, 2048)`, at least 0 (averages of relu).

    Returns:
        A functional `keras.Model`.

    Example:
    >>> build_vggface2_resnet50().count_params()
    23561152

    References:
        - [Cao et al., 2018](https://arxiv.org/abs/1710.08092), VGGFace2
        - [keras-vggface](https://github.com/rcmalli/keras-vggface)
    """
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization(normalization, name="normalization")(inputs)
    x = layers.Conv2D(
        64, 7, strides=2, padding="same", use_bias=False, name="conv1_7x7_s2"
    )(x)
    x = layers.BatchNormalization(name="conv1_7x7_s2_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, blocks, width in _STAGES:
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            x = _block(x, width, stride, block == 1, f"conv{stage}_{block}")
    features = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(inputs, features, name=name)


def _block(inputs, width, stride, project, name):
    x = _convolution(width, 1, stride, f"{name}_1x1_reduce")(inputs)
    x = layers.BatchNormalization(name=f"{name}_1x1_reduce_bn")(x)
    x = layers.ReLU(name=f"{name}_1x1_reduce_relu")(x)
    x = _convolution(width, 3, 1, f"{name}_3x3")(x)
    x = layers.BatchNormalization(name=f"{name}_3x3_bn")(x)
    x = layers.ReLU(name=f"{name}_3x3_relu")(x)
    x = _convolution(4 * width, 1, 1, f"{name}_1x1_increase")(x)
    x = layers.BatchNormalization(name=f"{name}_1x1_increase_bn")(x)
    shortcut = inputs
    if project:
        shortcut = _convolution(4 * width, 1, stride, f"{name}_1x1_proj")(
            inputs
        )
        shortcut = layers.BatchNormalization(name=f"{name}_1x1_proj_bn")(
            shortcut
        )
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=f"{name}_out")(x)


def _convolution(filters, size, stride, name):
    return layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        name=name,
    )
