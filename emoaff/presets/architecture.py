"""A preset's `architecture`: made of a model, and built again in bounds."""

import copy
import math
import pathlib
import threading

import keras
import numpy as np

from emoaff.layers.keras_settings import use_own_settings

_TRAINING = ("_initializer", "_regularizer", "_constraint")
_MOST_NODES = 200_000  # lists, objects and values of an architecture
_LARGEST_OUTPUT = 1 << 27  # numbers that one layer makes of one input
_MOST_TRIED = 1_000_000  # numbers of an input; clips may take minutes
_SPARE = 1.1  # rounding of the estimate
# Keras's and this package's own; others only where they are registered.
_MODULES = ("keras", "emoaff", "builtins")
# Layers without weights, and those whose own layers are counted.
_WITHOUT_WEIGHTS = frozenset(
    "Activation Add AveragePooling2D Concatenate Dropout FeatureNormalization "
    "Flatten Framewise Functional GlobalAveragePooling2D Greyscale Identity "
    "InputLayer InputNormalization MaxPooling2D Multiply ReLU Rescaling "
    "Reshape Resizing Softmax Subtract WeightedAveragePooling2D "
    "ZeroPadding2D".split()
)
# What says how many numbers an output of a kind has.
_COUNTED = {"dimensional": "names", "features": "size", "values": "size"}
_RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN"))
_NORMS = frozenset(("BatchNormalization", "LayerNormalization"))


def build_model(
    architecture: dict, parameters: int, path: pathlib.Path
) -> keras.Model:
    """Builds a model, after a look at how large it would be.

    Args:
        architecture: What `keras.saving.serialize_keras_object` made.
        parameters: How many weights it may have at most.
        path: The `config.json` that it stands in, for messages.

    Returns:
        The model, computed with in float32.

    Raises:
        ValueError: If it cannot be built, would have more weights than that,
            makes too large an output of a picture, or asks for code that is
            neither Keras's nor registered.
    """
    _refuse_foreign_code(architecture, path)
    count = _estimate(architecture)
    if count is None:
        count = _count(architecture, path)
    if count > _SPARE * parameters + 1000:
        raise _damaged(
            path,
            f"it asks for about {count:,} weights, and its weight file holds "
            f"{parameters:,}",
        )
    model = _deserialized(architecture, path)
    if not isinstance(model, keras.Model) or not isinstance(model.output, dict):
        raise _damaged(path, "it is no model with a dict of named outputs")
    _refuse_large_outputs(model, path)
    return model


def describe_model(model: keras.Model) -> dict:
    """Returns what `build_model` builds again, in float32 and to predict with.

    Args:
        model: Of any policy, compiled or not.

    Returns:
        Its graph as plain JSON, without what belongs to a training run.
    """
    graph = keras.saving.serialize_keras_object(model)
    graph.pop("compile_config", None)
    _strip_training(graph)
    return _undo_mixed_precision(graph)


def check_fit(model: keras.Model, config: dict, path: pathlib.Path) -> None:
    """Checks that a model takes and gives what `config.json` says.

    Args:
        model: The model.
        config: The checked `config.json`.
        path: It, for messages.

    Raises:
        ValueError: If a size, a window or a number of classes is another, or
            the model cannot answer a black picture.
    """
    _try_out(model, path)
    for name, output in config["outputs"].items():
        if name not in model.output:
            raise _unfit(path, f"outputs.{name}", ", ".join(model.output))
        key = _COUNTED.get(output["kind"], "classes")
        named = output[key]
        count = named if key == "size" else len(named)
        made = model.output[name].shape[-1]
        if count != made:
            raise _unfit(path, f"outputs.{name}.{key}", f"{made} numbers")
    sides = config["input"].get("sides", {})
    if sides:
        _check_sides(model, sides, path)
    shape = max((x.shape for x in model.inputs), key=len)
    if config["input"].get("kind") == "features" or len(shape) not in (4, 5):
        return
    if any(n not in (None, config["input"]["size"]) for n in shape[-3:-1]):
        raise _unfit(path, "input.size", f"pictures of {shape[-3:-1]}")
    window = config.get("sampling", {}).get("window") or 1
    if len(shape) == 5 and shape[1] not in (None, window):
        raise _unfit(path, "sampling.window", f"{shape[1]} frames")


def _check_sides(model, sides, path):
    for modality, wanted in sides.items():
        given = {x.name: x.shape[-1] for x in model.inputs}
        if given.get(modality) != len(wanted["names"]):
            raise _unfit(
                path,
                f"input.sides.{modality}.names",
                f"{given.get(modality, 'no')} features",
            )


def _try_out(model, path):
    """Some settings of layers are looked at when they are first used."""
    shape = [1 if n is None else n for n in model.inputs[0].shape]
    if len(model.inputs) > 1 or math.prod(shape) > _MOST_TRIED:
        return
    black = np.zeros(shape, np.float32)
    try:
        # In the structure of its inputs, or Keras warns.
        model(keras.tree.map_structure(lambda _: black, model.input))
    except Exception as error:
        raise _damaged(path, _reason(error)) from error


def _refuse_foreign_code(architecture, path):
    known = keras.saving.get_custom_objects()
    for node in _nodes(architecture, path):
        module, name = node.get("module"), node.get("registered_name")
        if not isinstance(module, str) or (
            isinstance(name, str) and name in known
        ):
            continue
        if module.partition(".")[0] not in _MODULES:
            raise _damaged(
                path,
                f"it asks for code of {module!r}; if that is a layer of your "
                "own, import it first",
            )


def _nodes(architecture, path=None):
    """Every object in an architecture, without recursion."""
    waiting, seen = [architecture], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > _MOST_NODES:
            raise _damaged(path, f"it has more than {_MOST_NODES:,} entries")
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _estimate(architecture):
    """About how many weights it has; `None` where only building can tell."""
    total = 0
    for node in _nodes(architecture):
        if "class_name" not in node or "module" not in node:
            continue
        if node.get("class_name") == "DTypePolicy":
            continue
        try:
            count = _weights_of(node)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            count = None
        if count is None:
            return None
        total += count
    return total


def _weights_of(layer):
    """Counts the weights that a layer has by its own account."""
    kind, config = layer["class_name"], layer["config"]
    if kind in _WITHOUT_WEIGHTS:
        return 0
    # Keras makes the weights for this shape, whatever comes in later.
    width = layer["build_config"]["input_shape"][-1]
    kernel = math.prod(config.get("kernel_size", ()))
    if kind == "Dense":
        count = width * config["units"]
    elif kind in ("Conv1D", "Conv2D"):
        count = kernel * width * config["filters"] // config.get("groups", 1)
    elif kind == "DepthwiseConv2D":
        count = kernel * width * config.get("depth_multiplier", 1)
    elif kind in _RECURRENT:
        count = config["units"] * (width + config["units"])
    elif kind in _NORMS:
        count = width
    else:
        return None
    return count if isinstance(count, int) and count >= 0 else None


def _count(architecture, path):
    """Builds the model without its weights, and counts them."""
    found = []

    def build():
        # In a thread of its own, which takes what Keras notes of weights
        # that were never made with it.
        try:
            with keras.StatelessScope(initialize_variables=False):
                model = _deserialized(architecture, path)
                found.append(model.count_params())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    if isinstance(found[0], ValueError):
        raise found[0]
    if isinstance(found[0], Exception):
        raise _damaged(path, _reason(found[0])) from found[0]
    return found[0]


def _deserialized(architecture, path):
    try:
        with use_own_settings("float32"):
            # A copy, since Keras empties what it reads.
            return keras.saving.deserialize_keras_object(
                copy.deepcopy(architecture)
            )
    except Exception as error:  # Keras raises whatever it stumbles over
        raise _damaged(path, _reason(error)) from error


def _refuse_large_outputs(model, path):
    waiting = [model]
    while waiting:
        layer = waiting.pop()
        waiting.extend(getattr(layer, "layers", ()))
        if hasattr(layer, "layer"):  # what a wrapper calls
            waiting.append(layer.layer)
        try:
            outputs = keras.tree.flatten(layer.output)
        except (AttributeError, ValueError):
            continue  # called more than once, or by another layer
        for output in outputs:
            numbers = math.prod(n for n in output.shape[1:] if n)
            if numbers > _LARGEST_OUTPUT:
                raise _damaged(
                    path,
                    f"its layer {layer.name!r} makes {numbers:,} numbers of "
                    "one input",
                )


def _reason(error):
    lines = [line for line in str(error).splitlines() if line] or [""]
    # Keras puts where it happened first, and TensorFlow colours the rest.
    found = lines[-1] if "encountered when" in lines[0] else lines[0]
    text = "".join(c for c in found if c.isprintable())[:200]
    return f"Keras cannot build it ({type(error).__name__}: {text})"


def _unfit(path, field, found):
    return ValueError(
        f"Expected a preset's {path.name} in {path.parent}. The one there is "
        f"damaged: `{field}` is not what its model has, which is {found}. Take "
        "a fresh copy."
    )


def _damaged(path, why):
    return ValueError(
        f"Expected a preset's {path.name} in {path.parent}. The one there is "
        f"damaged: of its `architecture`, {why}. Take a fresh copy."
    )


def _undo_mixed_precision(node):
    """Undoes mixed precision: a preset is computed with in float32."""
    if isinstance(node, list):
        return [_undo_mixed_precision(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("class_name") == "DTypePolicy":
        name = node["config"]["name"]
        if name.startswith("mixed_"):
            return {**node, "config": {**node["config"], "name": "float32"}}
    return {key: _undo_mixed_precision(item) for key, item in node.items()}


def _strip_training(node):
    """Drops how weights begin and are held in check from Keras's own layers.

    A preset's weights are there already, and other versions of Keras know
    other arguments of these.
    """
    if isinstance(node, list):
        for item in node:
            _strip_training(item)
    if not isinstance(node, dict):
        return
    if node.get("module") == "keras.layers":
        config = node["config"]
        for name in list(config):
            if name.endswith(_TRAINING) or (
                name == "quantization_config" and config[name] is None
            ):
                del config[name]
    for item in node.values():
        _strip_training(item)
