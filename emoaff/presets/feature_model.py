"""The part of a preset's model that ends at a named layer."""

import weakref

import keras

from emoaff.layers.keras_settings import use_own_settings
from emoaff.models.sequence_parts import split

_made: "weakref.WeakKeyDictionary" = weakref.WeakKeyDictionary()
_SHOWN = 6  # names of layers in a message


@use_own_settings("float32")
def build_feature_model(model: keras.Model, layer: str) -> keras.Model:
    """Builds the model that ends at one of another's layers; cached.

    Args:
        model: Of face crops `(batch, height, width, 3)`, or of clips, of which
            the image model is taken.
        layer: Name of a layer, also of one in an image model within. Of one
            that gives maps `(batch, height, width, channels)` the mean over
            height and width is taken.

    Returns:
        A model from face crops to float `(batch, width)`. It shares its
        weights with `model`.

    Raises:
        ValueError: If there is no such layer, or it gives no vector; the
            message names some. Or if the model takes more than faces.

    Example:
    >>> preset = emoaff.load_preset("compact_ferplus")
    >>> build_feature_model(preset.model, "features").output_shape
    (None, 1024)
    """
    made = _made.setdefault(model, {})
    if layer not in made:
        made[layer] = _build(model, layer)
    return made[layer]


def _build(model, name):
    if len(model.inputs) > 1:
        raise ValueError(
            f"Expected a model of faces alone. {model.name} takes "
            f"{', '.join(x.name for x in model.inputs)}. Name the preset that "
            "its faces' features or first weights came from."
        )
    image_model = split(model)[0] if len(model.input_shape) == 5 else model
    if not _has(image_model, name):
        raise ValueError(
            f"Expected the name of a layer. {model.name} has none named "
            f"{name!r}, but for example {', '.join(_list_some(image_model))}. "
            "Choose one."
        )
    inputs = keras.Input(image_model.input_shape[1:], name="image")
    x = _follow(image_model, name, inputs)
    if len(x.shape) == 4:
        x = keras.layers.GlobalAveragePooling2D(name="mean_of_map")(x)
    if len(x.shape) != 2:
        raise ValueError(
            f"Expected a layer that gives vectors or maps. {name!r} of "
            f"{model.name} gives {tuple(x.shape)}. Choose one of "
            f"{', '.join(_list_some(image_model))}."
        )
    x = keras.layers.Activation("linear", dtype="float32", name="vector")(x)
    return keras.Model(inputs, x, name=f"{model.name}_to_{name}")


def _follow(model, name, inputs):
    """What the layer gives for `inputs`, in a graph of its own."""
    found = []

    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        if layer.name == name:
            found.append(outputs)
        elif isinstance(layer, keras.Model) and _has(layer, name):
            found.append(_follow(layer, name, args[0]))
        return outputs

    keras.models.clone_model(
        model,
        # The one input may be in a list or a dict.
        input_tensors=keras.tree.pack_sequence_as(model.input, [inputs]),
        clone_function=lambda layer: layer,
        call_function=call,
    )
    return found[0]


def _has(model, name):
    return any(
        layer.name == name
        or (isinstance(layer, keras.Model) and _has(layer, name))
        for layer in model.layers
    )


def _list_some(model):
    """The last layers by name, those of models within among them."""
    names = []
    for layer in model.layers:
        names += _list_some(layer) if isinstance(layer, keras.Model) else []
        names.append(layer.name)
    return names[-_SHOWN:]
