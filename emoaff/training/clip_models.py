"""The model that a recipe's settings describe."""

import keras

from emoaff.labels import AFFECT_TARGETS
from emoaff.layers import Greyscale
from emoaff.models import Head
from emoaff.models import build_backbone
from emoaff.models import build_cnn_lstm
from emoaff.training.first_weights import of_backbone


def head_of(config, data) -> Head:
    """Returns the head for `config.target`."""
    if config.target in AFFECT_TARGETS:
        return Head("dimensional", tuple(config.target.split("_")))
    kind = "multi_label" if config.target == "emotions" else "categorical"
    return Head(kind, data.space.classes)


def clip_model(config, data) -> keras.Model:
    """Builds an image model on every frame, recurrent layers and a head.

    Args:
        config: A `ClipConfig`.
        data: A `ClipData`, for the classes.

    Returns:
        A model of one output named `config.target`: linear values or logits.
    """
    return build_cnn_lstm(
        config.frames,
        config.size,
        backbone=config.backbone,
        weights=of_backbone(config.start),
        temporal=config.temporal or None,
        temporal_units=config.units,
        dropout=config.dropout,
        heads={config.target: head_of(config, data)},
        logits=True,
        return_sequences=config.label_of == "frames",
    )


def still_model(config, data) -> keras.Model:
    """Builds an image model and a head, for single pictures.

    Args:
        config: A `ClipConfig` with `frames=1`.
        data: See `clip_model`.

    Returns:
        See `clip_model`; its image model is the layer `backbone`, whose
        answer the layer `features` repeats.
    """
    encoder = build_backbone(
        config.backbone, config.size, of_backbone(config.start)
    )
    encoder.name = "backbone"
    inputs = keras.Input((config.size, config.size, 3), name="image")
    seen = Greyscale(name="greyscale")(inputs) if config.grey else inputs
    x = keras.layers.Identity(name="features")(encoder(seen))
    if config.dropout:
        x = keras.layers.Dropout(config.dropout, name="dropout_heads")(x)
    x = head_of(config, data).layer(config.target, logits=True)(x)
    return keras.Model(inputs, x, name="still_model")
