"""ResNet-18, -34 and -50 as torchvision lays them out, and as Keras does."""

import keras
from keras import layers

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings

# depth: blocks of each stage, whether they are bottlenecks
_DEPTHS = {
    18: ((2, 2, 2, 2), False),
    34: ((3, 4, 6, 3), False),
    50: ((3, 4, 6, 3), True),
}
_NORMALIZATION = {"torchvision": "imagenet_torch", "keras": "imagenet_caffe"}


@use_own_settings()
def build_resnet(
    depth=50,
    layout="torchvision",
    image_size=224,
    *,
    normalization=None,
    name=None,
):
    """ResNet without its classes, for weights of torchvision or Keras.

    The two layouts compute different things from weights of the same shapes:

    | | `"torchvision"` | `"keras"` |
    |---|---|---|
    | a stage of 50 halves the map in its first | 3x3 | 1x1 |
    | convolutions have a bias | no | yes |
    | batch norm's epsilon | 1e-5 | 1.001e-5 |
    | pictures | `imagenet_torch` | `imagenet_caffe` |

    Layers are named as in `keras.applications.ResNet50`: a block has
    `conv2_block1_1_conv` and `_1_bn`, `_2_conv`, ..., and where the map changes
    the projection `_0_conv`. The blocks of 18 and 34 have two 3x3
    convolutions, the first with the stride. Keras has no such networks:
    `layout="keras"` of them is torchvision's with Keras's biases, epsilon and
    normalisation, and is our own.

    Parameters of `"torchvision"`, to which Keras adds two moving statistics for
    each of the channels of the batch norms; the published ones are these and
    2,049,000 (513,000) of 1000 classes:

    | depth | features | trainable | moving | all |
    |---|---|---|---|---|
    | 18 | 512 | 11,176,512 | 9,600 | 11,186,112 |
    | 34 | 512 | 21,284,672 | 17,024 | 21,301,696 |
    | 50 | 2048 | 23,508,032 | 53,120 | 23,561,152 |

    Args:
        depth: Int, `18`, `34` or `50`. Defaults to `50`.
        layout: String, `"torchvision"` or `"keras"`. Defaults to
            `"torchvision"`.
        image_size: Int or tuple `(height, width)`, at least 32. Defaults to
            `224`.
        normalization: String, see `emoaff.layers.InputNormalization`, or `None`
            for that of the layout. Defaults to `None`.
        name: String, the model name. Defaults to `"resnet<depth>"`.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, features)`, at least 0 (averages of relu).

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `depth` or `layout` is not one of the above.

    Example:
    >>> build_resnet(18).count_params()
    11186112

    References:
        - [He et al., 2016](https://arxiv.org/abs/1512.03385), Table 1
        - `torchvision.models.resnet`, `keras.applications.ResNet50`
    """
    if depth not in _DEPTHS or layout not in _NORMALIZATION:
        raise ValueError(
            "`depth` must be 18, 34 or 50, and `layout` 'torchvision' or "
            f"'keras'. Received: depth={depth!r}, layout={layout!r}."
        )
    blocks, bottleneck = _DEPTHS[depth]
    build = _Build(keras_style=layout == "keras", bottleneck=bottleneck)
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    scheme = normalization or _NORMALIZATION[layout]
    x = InputNormalization(scheme, name="normalization")(inputs)
    x = build.convolution(x, 64, 7, 2, "conv1", "conv1_pad")
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, count in enumerate(blocks, start=2):
        width = 64 * 2 ** (stage - 2)
        for i in range(1, count + 1):
            stride = 2 if i == 1 and stage > 2 else 1
            x = build.block(x, width, stride, f"conv{stage}_block{i}")
    features = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(inputs, features, name=name or f"resnet{depth}")


class _Build:
    """Builds convolutions and blocks of one layout."""

    def __init__(self, keras_style, bottleneck):
        self._keras_style = keras_style
        self._bottleneck = bottleneck

    def block(self, inputs, width, stride, name):
        if self._bottleneck:
            first, second = (stride, 1) if self._keras_style else (1, stride)
            units = ((width, 1, first), (width, 3, second), (4 * width, 1, 1))
        else:
            units = ((width, 3, stride), (width, 3, 1))
        filters = units[-1][0]
        shortcut = inputs
        if stride > 1 or inputs.shape[-1] != filters:
            shortcut = self.convolution(inputs, filters, 1, stride, f"{name}_0")
        x = inputs
        for i, (channels, size, step) in enumerate(units, start=1):
            x = self.convolution(x, channels, size, step, f"{name}_{i}")
            if i < len(units):
                x = layers.ReLU(name=f"{name}_{i}_relu")(x)
        x = layers.Add(name=f"{name}_add")([shortcut, x])
        return layers.ReLU(name=f"{name}_out")(x)

    def convolution(self, x, filters, size, stride, name, pad_name=None):
        pads = stride > 1 and size > 1
        if pads:
            # "same" would pad an even side at its end alone.
            pad_name = pad_name or f"{name}_pad"
            x = layers.ZeroPadding2D(size // 2, name=pad_name)(x)
        x = layers.Conv2D(
            filters,
            size,
            strides=stride,
            padding="valid" if pads else "same",
            use_bias=self._keras_style,
            name=f"{name}_conv",
        )(x)
        return layers.BatchNormalization(
            # PyTorch's momentum of 0.1 is the share of what is new.
            momentum=0.99 if self._keras_style else 0.9,
            epsilon=1.001e-5 if self._keras_style else 1e-5,
            name=f"{name}_bn",
        )(x)
