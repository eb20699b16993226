"""The model that a recipe's settings describe."""

import keras

from emoaff.labels import AFFECT_TARGETS
from emoaff.layers import Greyscale
from emoaff.models import Head
from emoaff.models import build_backbone
from emoaff.models import build_cnn_lstm
from emoaff.models import build_fusion
from emoaff.training.first_weights import find_backbone_weights
from emoaff.training.modalities import make_face_normalization
from emoaff.training.modalities import make_normalizations


def make_head(config, data) -> Head:
    """Returns the head for `config.data.target`."""
    target = config.data.target
    if target in AFFECT_TARGETS:
        return Head("dimensional", tuple(target.split("_")))
    kind = "multi_label" if target == "emotions" else "categorical"
    return Head(kind, data.space.classes)


def clip_model(config, data) -> keras.Model:
    """Builds an image model on every frame, recurrent layers and a head.

    Args:
        config: A `ClipConfig`.
        data: A `ClipData`, for the classes.

    Returns:
        A model of one output named `config.data.target`: linear values or
        logits. With other modalities than faces, and with
        `data.features_from`, see `emoaff.models.build_fusion`.
    """
    settings, frames = config.model, config.window.frames
    arguments = {
        "backbone": settings.backbone,
        "weights": find_backbone_weights(settings.start),
        "temporal": settings.temporal or None,
        "temporal_units": settings.units,
        "dropout": settings.dropout,
        "heads": {config.data.target: make_head(config, data)},
        "logits": True,
        "return_sequences": config.window.label_of == "frames",
    }
    given = config.data.features_from
    if not config.data.other_modalities and not given:
        return build_cnn_lstm(frames, settings.size, **arguments)
    pictures = config.data.sees_faces and not given
    return build_fusion(
        frames,
        make_normalizations(data.sides),
        image_size=settings.size if pictures else None,
        face_features=make_face_normalization(data) if given else None,
        fusion=settings.fusion,
        **arguments,
    )


def still_model(config, data) -> keras.Model:
    """Builds an image model and a head, for single pictures.

    Args:
        config: A `ClipConfig` with `window.frames=1`.
        data: See `clip_model`.

    Returns:
        See `clip_model`; its image model is the layer `backbone`, whose
        answer the layer `features` repeats.
    """
    settings, size = config.model, config.model.size
    encoder = build_backbone(
        settings.backbone, size, find_backbone_weights(settings.start)
    )
    encoder.name = "backbone"
    inputs = keras.Input((size, size, 3), name="image")
    seen = Greyscale(name="greyscale")(inputs) if settings.grey else inputs
    x = keras.layers.Identity(name="features")(encoder(seen))
    if settings.dropout:
        x = keras.layers.Dropout(settings.dropout, name="dropout_heads")(x)
    x = make_head(config, data).layer(config.data.target, logits=True)(x)
    return keras.Model(inputs, x, name="still_model")
