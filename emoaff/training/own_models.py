"""Makes any Keras model one that can be trained, published and exported."""

import keras

from emoaff.labels import AFFECT_TARGETS


def make_functional(model, config, shape: tuple) -> keras.Model:
    """Turns a model of any kind into a functional one of the same weights.

    Args:
        model: What a recipe's `build` returned: functional, `Sequential` or
            of a subclass of `keras.Model`.
        config: A `ClipConfig`; its target decides what must come out.
        shape: Of one input, without the batch.

    Returns:
        A functional model: `model` itself, the layers of a `Sequential` one
        after the other, or one layer around a subclass.

    Raises:
        ValueError: If it is no Keras model, or cannot be called with such an
            input.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(
            "Expected `build` to return a keras.Model. Received: "
            f"{type(model).__name__}."
        )
    if isinstance(model, keras.Sequential):
        if not model.built:
            _call(model, keras.Input(shape, name="image"))
        return keras.Model(
            model.inputs, model.outputs[0], name=_clean(model.name)
        )
    if _is_functional(model):
        return model
    inputs = keras.Input(shape, name="image")
    outputs = _call(model, inputs)
    return keras.Model(inputs, outputs, name=f"{_clean(model.name)}_whole")


def check_publishable(model: keras.Model, config, classes: int) -> None:
    """Refuses, before the first step, what could not be published after it.

    Args:
        model: Functional.
        config: A `ClipConfig`.
        classes: How many there are; of no meaning for valence and arousal.

    Raises:
        ValueError: If it does not put out what `config.data.target` needs, or
            cannot be built again from its description.
    """
    output = model.output
    if isinstance(output, dict):
        output = output.get(config.data.target, output)
    outputs = keras.tree.flatten(output)
    frames = config.window.frames > 1 and config.window.label_of == "frames"
    width = 2 if config.data.target in AFFECT_TARGETS else classes
    shape = tuple(outputs[0].shape)
    if len(outputs) != 1 or len(shape) != 2 + frames or shape[-1] != width:
        wanted = f"(batch, {'frames, ' if frames else ''}{width})"
        raise ValueError(
            f"Expected a model of one output {wanted} for data.target="
            f"{config.data.target}. Received: {model.name}, which puts out "
            f"{', '.join(str(tuple(x.shape)) for x in outputs)}."
        )
    try:
        made = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(model)
        )
        same = [w.shape for w in made.weights] == [
            w.shape for w in model.weights
        ]
        if not same:
            raise TypeError("it then has other weights")
    except Exception as error:  # Keras raises whatever it stumbles over
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ValueError(
            f"Expected a model that can be saved and built again. {model.name} "
            f"cannot ({type(error).__name__}: {reason}). Give each class of "
            "your own @keras.saving.register_keras_serializable() and a "
            "get_config of all its arguments, and use no Lambda of a function "
            "without a name."
        ) from error


def find_input_shape(config, data) -> tuple:
    """Returns the shape of one input, without the batch."""
    frames, size = config.window.frames, config.model.size
    features = getattr(data.training, "features", None)
    picture = (size, size, 3)
    if features is not None:
        picture = (features.shape[-1],)
    return picture if frames == 1 and features is None else (frames, *picture)


def _is_functional(model):
    try:
        return bool(model.inputs) and model.output is not None
    except (AttributeError, ValueError):
        return False


def _call(model, inputs):
    try:
        return model(inputs)
    except Exception as error:  # the user's own code
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ValueError(
            f"Expected a model that takes {tuple(inputs.shape)}. "
            f"{model.name} does not ({type(error).__name__}: {reason}). See "
            "model.size and window.frames."
        ) from error


def _clean(name):
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in name)
