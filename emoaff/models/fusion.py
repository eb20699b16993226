import keras
from keras import layers

from emoaff.layers import Framewise
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import heads as heads_module
from emoaff.models.backbones import build_backbone

FUSIONS = ("early", "late")
VIDEO = "frames"  # the input of faces
_TEMPORAL = {"lstm": layers.LSTM, "gru": layers.GRU}


@use_own_settings()
def build_fusion(
    frames,
    normalizations,
    *,
    image_size=None,
    backbone="resnet50",
    weights=None,
    face_features=None,
    fusion="early",
    temporal="lstm",
    temporal_units=(256, 256),
    dropout=0.0,
    heads="arousal_valence",
    logits=False,
    return_sequences=True,
    name="fusion",
):
    """Faces, and features of other modalities, through recurrent layers.

    Early fusion puts what is known of a frame side by side, before one stack
    of recurrent layers. Late fusion gives each modality a stack of its own and
    puts their answers side by side before the heads. The stack of faces, or
    the only one, has the layer names of `build_cnn_lstm`, so that the weights
    of such a model fit.

    Args:
        frames: Int, the number of frames, or `None` for any.
        normalizations: Dict by modality: a
            `emoaff.layers.FeatureNormalization` of its features.
        image_size: Int or tuple `(height, width)` of the faces, or `None` for
            a model that does not see any.
        backbone: See `build_cnn_lstm`.
        weights: See `build_cnn_lstm`.
        face_features: For a model that gets features of each face instead of
            its picture: a `FeatureNormalization` of them. `None` for pictures,
            or no faces.
        fusion: `"early"` or `"late"`.
        temporal: See `build_cnn_lstm`; `None` only with early fusion.
        temporal_units: See `build_cnn_lstm`; of each stack.
        dropout: See `build_cnn_lstm`.
        heads: See `build_cnn_lstm`.
        logits: See `build_cnn_lstm`.
        return_sequences: See `build_cnn_lstm`.
        name: String, the model name.

    Input shape:
        A dict: for each modality `(batch, frames, features)`, NaN where
        missing; and, of faces, `frames`: `(batch, frames, height, width, 3)`,
        RGB in `[0, 255]`, or `(batch, frames, features)`. Not a dict, but
        `frames` itself, for features of faces alone.

    Output shape:
        See `build_cnn_lstm`.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `fusion` or `temporal` is unknown, there is nothing to
            see, or late fusion has no recurrent layers.

    Example:
    >>> sound = emoaff.layers.FeatureNormalization([0.4], [0.2], name="scaled")
    >>> model = build_fusion(
    ...     8, {"audio": sound}, image_size=48, backbone="small_cnn"
    ... )
    >>> faces = np.zeros((1, 8, 48, 48, 3), "float32")
    >>> loudness = np.full((1, 8, 1), np.nan, "float32")
    >>> model({"frames": faces, "audio": loudness}).shape
    TensorShape([1, 8, 2])
    """
    alone = face_features is not None
    _check(fusion, temporal, temporal_units, normalizations, alone)
    if isinstance(temporal_units, int):
        temporal_units = (temporal_units,)
    inputs, parts = {}, {}
    if face_features is not None:
        width = len(face_features.mean)
        inputs[VIDEO] = keras.Input((frames, width), name=VIDEO)
        parts[VIDEO] = face_features(inputs[VIDEO])
    elif image_size is not None:
        side = image_size
        size = (side, side) if isinstance(side, int) else tuple(side)
        encoder = build_backbone(backbone, image_size, weights)
        inputs[VIDEO] = keras.Input((frames, *size, 3), name=VIDEO)
        parts[VIDEO] = Framewise(encoder, name="backbone")(inputs[VIDEO])
    for modality, normalization in normalizations.items():
        width = len(normalization.mean)
        inputs[modality] = keras.Input((frames, width), name=modality)
        parts[modality] = normalization(inputs[modality])

    def remember(x, prefix):
        units = temporal_units if temporal else ()
        for i, width in enumerate(units, start=1):
            if dropout:
                x = layers.Dropout(dropout, name=f"{prefix}dropout_{i}")(x)
            x = _TEMPORAL[temporal](
                width,
                return_sequences=return_sequences or i < len(units),
                name=f"{prefix}{temporal}_{i}",
            )(x)
        return x

    if fusion == "early":
        x = remember(_put_side_by_side(list(parts.values())), "")
    else:
        x = _put_side_by_side(
            [
                remember(part, "" if modality == VIDEO else f"{modality}_")
                for modality, part in parts.items()
            ]
        )
    if dropout:
        x = layers.Dropout(dropout, name="dropout_heads")(x)
    outputs = {
        output: head.layer(output, logits)(x)
        for output, head in heads_module.parse(heads).items()
    }
    if len(outputs) == 1:
        (outputs,) = outputs.values()
    if not normalizations:
        inputs = inputs[VIDEO]
    return keras.Model(inputs, outputs, name=name)


def _put_side_by_side(parts):
    if len(parts) == 1:
        return parts[0]
    return layers.Concatenate(name="fusion")(parts)


def _check(fusion, temporal, units, normalizations, alone):
    if fusion not in FUSIONS or temporal not in (None, *_TEMPORAL):
        raise ValueError(
            f"`fusion` must be one of {', '.join(FUSIONS)}, and `temporal` "
            f"lstm, gru or None. Received: fusion={fusion!r}, "
            f"temporal={temporal!r}."
        )
    if fusion == "late" and not (temporal and units):
        raise ValueError(
            "Late fusion joins what recurrent layers of each modality answer. "
            f"Received: temporal={temporal!r}, temporal_units={units}. Use "
            "early fusion."
        )
    if VIDEO in normalizations or not (normalizations or alone):
        raise ValueError(
            "Expected modalities beside faces, none of them named "
            f"{VIDEO!r}. Received: {sorted(normalizations)}. Without any, use "
            "`build_cnn_lstm`."
        )
