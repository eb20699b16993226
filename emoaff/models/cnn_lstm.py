import keras
from keras import layers

from emoaff.layers import Framewise
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import heads as heads_module
from emoaff.models.backbones import build_backbone

_TEMPORAL = {"lstm": layers.LSTM, "gru": layers.GRU}


@use_own_settings()
def build_cnn_lstm(
    frames=None,
    image_size=None,
    *,
    backbone="resnet50",
    weights=None,
    frozen_stages=0,
    temporal="lstm",
    temporal_units=(256, 256),
    dropout=0.0,
    heads="arousal_valence",
    logits=False,
    return_sequences=True,
    name="cnn_lstm",
):
    """An image model on every frame, recurrent layers over time, then heads.

    Without arguments it is the network of Tzirakis et al.: ResNet-50 on
    150x150 faces (their Table 1), two LSTMs and a linear layer to **arousal,
    then valence**, as its output name `arousal_valence` says. The paper does
    not state the width of the LSTMs; 256 is that of the first author's earlier
    code. The affect outputs are linear, as in the paper, and may leave
    [-1, 1]: `Head("dimensional", ("arousal", "valence"), "tanh")` bounds them.

    Class outputs are probabilities, as the losses and metrics that Keras knows
    by name expect. With `logits=True` they are logits, for losses that say
    `from_logits=True`; thresholds in metrics then move from 0.5 to 0.

    The network is causal: a frame's output depends on it and on the frames
    before it. It uses no mask; give unlabelled frames NaN labels.

    Batch norms of the backbone are evaluated with averages that lag behind the
    weights; with `fit`, name `emoaff.training.BatchNormReestimation` among the
    callbacks (see `emoaff.layers.Framewise`).

    The result is a plain functional model: `model.get_layer("backbone").layer`
    is the image model, and `.keras` files load wherever emoaff is imported.

    Args:
        frames: Int, the number of frames, or `None` for any. Defaults to
            `None`.
        image_size: Int or tuple `(height, width)`. Defaults to `None`: 150,
            or what the backbone takes if that is a model.
        backbone: String or `keras.Model`, see
            `emoaff.models.backbones.build_backbone`. Defaults to `"resnet50"`.
        weights: `None`, `"imagenet"` or a path, for the backbone alone; see
            there. Defaults to `None`.
        frozen_stages: Int, how many stages of the backbone, from its stem on,
            are not trained; see there. Defaults to `0`.
        temporal: String, `"lstm"` or `"gru"`, or `None` for no memory.
            Defaults to `"lstm"`.
        temporal_units: Int or tuple of ints, the width of each recurrent
            layer, first to last. Defaults to `(256, 256)`.
        dropout: Float in `[0, 1)`, before each recurrent layer and before the
            heads. Defaults to `0.0`.
        heads: What to put out, one or a dict by output name: affect
            dimensions (`"arousal_valence"`, `"valence_arousal"` or a tuple of
            names), classes (a `LabelSpace`, its name or a number) or `Head`s;
            see `emoaff.models.heads.parse`. Defaults to `"arousal_valence"`.
        logits: Boolean, whether class heads put out logits. Defaults to
            `False`.
        return_sequences: Boolean, whether to put out every frame or only the
            last. Defaults to `True`.
        name: String, the model name.

    Input shape:
        `(batch, frames, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, frames, names of the head)`, or without `frames` if not
        `return_sequences`; float32 under mixed precision. A dict by output
        name if `heads` is a dict of several, else one tensor.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If an argument is not one of the above.
        FileNotFoundError: If `weights` is a path and there is no such file.

    Example:
    >>> build_cnn_lstm(backbone="small_cnn").output_shape
    (None, None, 2)
    >>> heads = {"valence_arousal": ("valence", "arousal"), "expression": 7}
    >>> build_cnn_lstm(16, 48, backbone="small_cnn", heads=heads).output_names
    ['expression', 'valence_arousal']

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717), Table 1
    """
    if temporal not in (None, *_TEMPORAL):
        raise ValueError(
            f"`temporal` must be None or one of {', '.join(_TEMPORAL)}. "
            f"Received: temporal={temporal!r}."
        )
    if temporal is None and not return_sequences:
        raise ValueError(
            "`return_sequences=False` needs a memory of the frames before the "
            "last. Received: temporal=None."
        )
    if isinstance(temporal_units, int):
        temporal_units = (temporal_units,)
    if temporal and not temporal_units:
        raise ValueError(
            "`temporal_units` must hold a width for each recurrent layer, or "
            f"`temporal` be None. Received: temporal_units={temporal_units}."
        )
    encoder = build_backbone(
        backbone, image_size, weights, frozen_stages=frozen_stages
    )
    outputs = heads_module.parse(heads)

    size = _size(image_size, encoder)
    inputs = keras.Input((frames, *size, 3), name="frames")
    x = Framewise(encoder, name="backbone")(inputs)
    units = temporal_units if temporal else ()
    for i, width in enumerate(units, start=1):
        x = _apply_dropout(x, dropout, f"dropout_{i}")
        x = _TEMPORAL[temporal](
            width,
            return_sequences=return_sequences or i < len(units),
            name=f"{temporal}_{i}",
        )(x)
    x = _apply_dropout(x, dropout, "dropout_heads")
    outputs = {
        output_name: head.layer(output_name, logits)(x)
        for output_name, head in outputs.items()
    }
    if len(outputs) == 1:
        (outputs,) = outputs.values()
    return keras.Model(inputs, outputs, name=name)


def _size(image_size, encoder):
    if image_size is None:
        return encoder.input_shape[1:3]
    return (image_size,) * 2 if isinstance(image_size, int) else image_size


def _apply_dropout(x, rate, name):
    return layers.Dropout(rate, name=name)(x) if rate else x
