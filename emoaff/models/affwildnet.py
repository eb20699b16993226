"""AffWildNet: a face network, two GRUs, valence and arousal."""

import keras
from keras import layers

from emoaff.layers import Framewise
from emoaff.layers import InputNormalization
from emoaff.models import heads
from emoaff.models.vgg_face16 import build_vgg_face16

# (block, units, width of the bottleneck, stride of the last unit)
_BLOCKS = ((1, 3, 64, 2), (2, 4, 128, 2), (3, 6, 256, 2), (4, 3, 512, 1))


def build_affwildnet(backbone="vgg_face", frames=80, *, name="affwildnet"):
    """AffWildNet without landmarks, as in its authors' released code.

    | backbone | features | parameters |
    |---|---|---|
    | `"vgg_face"` | 4096, `build_vgg_face16` | 35,314,498 |
    | `"resnet50"` | 2048, TF-Slim's `resnet_v1_50` | 24,496,066 |

    TF-Slim's ResNet is not that of `keras.applications`: its convolutions have
    no bias, and blocks 1 to 3 halve the map in the 3x3 convolution of their
    *last* unit, not in the first 1x1 of the next. Layers are named after its
    scopes.

    The GRUs apply the reset gate before the recurrent product
    (`reset_after=False`), as TensorFlow 1's `GRUCell` does. That one stores
    its gates in the order reset, update; Keras stores update, reset. A new
    model's gate biases are 0 here and 1 there.

    It is causal: a frame's output depends on it and the frames before it. The
    authors trained on runs of 80 frames. It uses no mask.

    Args:
        backbone: String, `"vgg_face"` or `"resnet50"`. Defaults to
            `"vgg_face"`.
        frames: Int, the number of frames, or `None` for any. Defaults to `80`.
        name: String, the model name.

    Input shape:
        `(batch, frames, 96, 96, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, frames, 2)`, valence then arousal, linear: they may leave
        [-1, 1].

    Returns:
        A functional `keras.Model`; `model.get_layer("backbone").layer` is the
        image model.

    Raises:
        ValueError: If `backbone` is not one of the above.

    Example:
    >>> build_affwildnet("resnet50").output_shape
    (None, 80, 2)

    References:
        - [Kollias et al., 2019](https://arxiv.org/abs/1804.10938), the authors'
          released code
    """
    if backbone not in ("vgg_face", "resnet50"):
        raise ValueError(
            "`backbone` must be 'vgg_face' or 'resnet50'. "
            f"Received: backbone={backbone!r}."
        )
    slim = backbone == "resnet50"
    encoder = _slim_resnet50() if slim else build_vgg_face16()
    inputs = keras.Input((frames, 96, 96, 3), name="frames")
    x = Framewise(encoder, name="backbone")(inputs)
    for i in (1, 2):
        x = layers.GRU(
            128, return_sequences=True, reset_after=False, name=f"gru_{i}"
        )(x)
    ((output, head),) = heads.parse("valence_arousal").items()
    last = head.layer(output)
    if slim:
        last.kernel_initializer = keras.initializers.TruncatedNormal(
            stddev=0.01
        )
    return keras.Model(inputs, last(x), name=name)


def _slim_resnet50():
    inputs = keras.Input((96, 96, 3), name="image")
    x = InputNormalization("centered", name="normalization")(inputs)
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
    return keras.Model(inputs, features, name="resnet_v1_50")


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
