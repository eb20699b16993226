"""The two networks of Rangulov and Fahim: a frame CNN, a GRU over features."""

import keras
from keras import layers

from emoaff.layers import Greyscale
from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import heads

_CELLS = {
    "gru": layers.GRU,
    "lstm": layers.LSTM,
    "simple_rnn": layers.SimpleRNN,
}


@use_own_settings()
def build_rangulov_cnn(
    classes=None, image_size=96, *, logits=False, name="rangulov_cnn"
):
    """The frame CNN of Rangulov and Fahim, after Khorrami et al.

    Three 5x5 convolutions on a grey face, each quadrant averaged, and a linear
    layer of 300 named `"features"`, which is what the recurrent networks take.
    It has 1,333,706 parameters with valence and arousal, 1,335,512 with 8
    classes.

    The published network takes grey pictures; this one takes RGB and converts
    it with the weights of Pillow's mode `L`, but without rounding to whole
    numbers. A pixel differs by half a grey level of 255 at most.

    Args:
        classes: `None` for valence and arousal, or an int, a `LabelSpace`, its
            registered name or a `Head`; see `emoaff.models.heads.parse`.
            Defaults to `None`.
        image_size: Int or tuple `(height, width)`, at least 60. Sizes of 96
            to 131 have the shapes of the published weights, but beyond 99 the
            averages leave out the right and lower edge. Defaults to `96`.
        logits: Boolean, whether classes are logits. Defaults to `False`.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, 2)`, valence then arousal, linear: they may leave [-1, 1]. Or
        `(batch, classes)`, probabilities or logits.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `classes` is none of the above or the pictures are too
            small.

    Example:
    >>> build_rangulov_cnn(8).count_params()
    1335512

    References:
        - [Rangulov & Fahim, 2020](https://arxiv.org/abs/2006.11168)
        - [Khorrami et al., 2016](https://arxiv.org/abs/1602.07377)
    """
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if min(image_size) < 60:
        raise ValueError(
            "`image_size` must be at least 60, for one 9x9 pool after the "
            f"convolutions. Received: image_size={tuple(image_size)}."
        )
    inputs = keras.Input((*image_size, 3), name="image")
    x = Greyscale(name="greyscale")(inputs)
    x = InputNormalization("unit", name="normalization")(x)
    x = layers.BatchNormalization(name="input_bn")(x[..., :1])
    x = _convolution(64, "same", "conv1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = _convolution(128, "valid", "conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = _convolution(256, "valid", "conv3")(x)
    x = layers.AveragePooling2D(9, name="pool3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(300, name="features")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    head = "valence_arousal" if classes is None else classes
    ((output, head),) = heads.parse(head).items()
    return keras.Model(inputs, head.layer(output, logits)(x), name=name)


@use_own_settings()
def build_rangulov_gru(
    frames=100,
    features=300,
    *,
    cell="gru",
    units=(100, 100, 50),
    return_sequences=False,
    reset_after=True,
    name="rangulov_gru",
):
    """The recurrent networks of Rangulov and Fahim, over features of frames.

    Without arguments it is their final one: three GRUs and a linear layer to
    valence and arousal, 204,102 parameters. They trained it on windows of 100
    frames without a gap, and its target is the label of the frame *after* the
    window. Their others are `cell="simple_rnn", units=100` (40,302 parameters)
    and `cell="gru", units=100, return_sequences=True` (120,802).

    It uses no mask.

    Args:
        frames: Int, the number of frames, or `None` for any. Defaults to
            `100`.
        features: Int, the number of features of a frame. Defaults to `300`.
        cell: String, `"gru"`, `"lstm"` or `"simple_rnn"`. Defaults to `"gru"`.
        units: Int or tuple of ints, the width of each recurrent layer, first
            to last. Defaults to `(100, 100, 50)`.
        return_sequences: Boolean, whether to put out every frame or only the
            last. Defaults to `False`.
        reset_after: Boolean, whether a GRU applies its reset gate after the
            recurrent product, as theirs do. Defaults to `True`.
        name: String, the model name.

    Input shape:
        `(batch, frames, features)`, the layer `"features"` of
        `build_rangulov_cnn`.

    Output shape:
        `(batch, 2)`, valence then arousal, linear: they may leave [-1, 1];
        `(batch, frames, 2)` if `return_sequences`.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `cell` is not one of the above or `units` is empty.

    Example:
    >>> build_rangulov_gru().count_params()
    204102

    References:
        - [Rangulov & Fahim, 2020](https://arxiv.org/abs/2006.11168)
    """
    units = (units,) if isinstance(units, int) else tuple(units)
    if cell not in _CELLS or not units:
        raise ValueError(
            f"`cell` must be one of {', '.join(_CELLS)}, and `units` hold a "
            f"width for each layer. Received: cell={cell!r}, units={units}."
        )
    options = {"reset_after": reset_after} if cell == "gru" else {}
    inputs = keras.Input((frames, features), name="features")
    x = inputs
    for i, width in enumerate(units, start=1):
        x = _CELLS[cell](
            width,
            return_sequences=return_sequences or i < len(units),
            name=f"{cell}_{i}",
            **options,
        )(x)
    ((output, head),) = heads.parse("valence_arousal").items()
    return keras.Model(inputs, head.layer(output)(x), name=name)


def _convolution(filters, padding, name):
    return layers.Conv2D(
        filters,
        5,
        padding=padding,
        activation="relu",
        use_bias=False,
        name=name,
    )
