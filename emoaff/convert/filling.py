"""Puts arrays read from a file into a model, or says why they do not fit.

What is public here:

    list_places(model) -> dict of shape by weight
    fill(model, arrays, source)
"""

from collections.abc import Mapping

import keras
import numpy as np

_SHOWN = 5  # names of each kind in a message


def list_places(model: keras.Model) -> dict[str, tuple[int, ...]]:
    """Returns the shape of every weight of a model by its place.

    A place is the layer's name and the weight's, such as `conv1/kernel`;
    weights within layers that hold layers have all names between, such as
    `lstm_1/lstm_cell/kernel`. Models in the model, and layers that only pass
    time through (`Framewise`), leave no name of their own. The state of random
    draws (dropout's) is left out.
    """
    return {place: tuple(v.shape) for place, v in _variables(model).items()}


def fill(model: keras.Model, arrays: Mapping[str, np.ndarray], source) -> None:
    """Sets every weight of a model.

    Nothing is set unless everything fits.

    Args:
        model: The model.
        arrays: Array by place, see `list_places`; all of them and no others.
        source: The file, for messages.

    Raises:
        ValueError: If arrays are missing, unexpected or have other shapes;
            the message names them.
    """
    variables = _variables(model)
    missing = [place for place in variables if place not in arrays]
    unexpected = [place for place in arrays if place not in variables]
    other = [
        f"{place} {tuple(np.shape(arrays[place]))} instead of "
        f"{tuple(variable.shape)}"
        for place, variable in variables.items()
        if place in arrays and np.shape(arrays[place]) != variable.shape
    ]
    refuse_misfit(
        source, model.name, missing=missing, unexpected=unexpected, other=other
    )
    for place, variable in variables.items():
        variable.assign(arrays[place])


def refuse_misfit(source, name, *, missing=(), unexpected=(), other=()):
    """Raises ValueError if any tensor is missing, unexpected or mis-shaped.

    Args:
        source: The file.
        name: What it should hold the weights of.
        missing: Names of tensors that are not there.
        unexpected: Names of tensors that belong to nothing.
        other: Names with both shapes.
    """
    kinds = {"missing": missing, "unexpected": unexpected, "mis-shaped": other}
    found = [
        f"{len(names)} {kind} ({_some(names)})"
        for kind, names in kinds.items()
        if names
    ]
    if found:
        raise ValueError(
            f"Expected the weights of {name} in {source}. Found tensors that "
            f"are {'; '.join(found)}. The file is damaged, or of another "
            "network: choose another --from, or download it again."
        )


def _some(names):
    names = list(names)
    more = ", ..." if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _variables(model):
    found = {}
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)
        if isinstance(inner, keras.Model):
            found.update(_variables(inner))
            continue
        for variable in layer.variables:
            if "seed_generator" not in variable.path:
                found[_place(layer, variable)] = variable
    return found


def _place(layer, variable):
    path = variable.path.split("/")
    return "/".join(path[path.index(layer.name) :])
