"""Which of a file's layers are which of ours: by name, else by order.

What is public here:

    match_layers(model, layers, names, source, order)
    find_prefix(model, layer)
"""

import keras
import numpy as np

from emoaff.convert.filling import list_places
from emoaff.convert.filling import refuse_misfit

_SHOWN = 3


def match_layers(
    model: keras.Model,
    layers: list[tuple[str, dict[str, np.ndarray]]],
    names: dict[str, str],
    source,
    order: list[str],
) -> tuple[dict[str, np.ndarray], str]:
    """Returns the arrays by place, for `fill`, and how they were found.

    Args:
        model: Ours.
        layers: Name and arrays by kind (`kernel`, `gamma`, ...) of each layer
            of the file, in its order.
        names: The file's name of each of our layers with weights.
        source: The file, for messages.
        order: Our layers in the order in which such a file has them, for one
            with other names.

    Returns:
        Array by place, see `emoaff.convert.filling.list_places`, and a note:
        empty if every layer was found by its name.

    Raises:
        ValueError: If the layers fit neither way.
    """
    by_name = dict(layers)
    note = ""
    if not set(names.values()) <= set(by_name):
        note = _check_order(model, layers, order, source)
        by_name = {
            names[ours]: arrays
            for ours, (_, arrays) in zip(order, layers, strict=True)
        }
    extra = [n for n in by_name if n not in names.values()]
    refuse_misfit(source, model.name, unexpected=extra)
    shapes = _list_shapes(model)
    arrays = {}
    for ours, theirs in names.items():
        prefix, _ = shapes[ours]
        for kind, array in by_name[theirs].items():
            arrays[f"{prefix}/{kind}"] = array
    return arrays, note


def find_prefix(model: keras.Model, layer: str) -> str:
    """Returns what comes before a weight's own name in its place."""
    return _list_shapes(model)[layer][0]


def _list_shapes(model):
    """For each layer what comes before a weight's name, and the shapes."""
    found = {}
    for place, shape in list_places(model).items():
        prefix, _, kind = place.rpartition("/")
        found.setdefault(place.split("/")[0], (prefix, {}))[1][kind] = shape
    return found


def _check_order(model, layers, order, source):
    """Returns how layers were matched; ValueError if order or shapes differ."""
    shapes = _list_shapes(model)
    if len(layers) != len(order):
        found = ", ".join(name for name, _ in layers[:_SHOWN])
        raise ValueError(
            f"Expected the {len(order)} layers of {model.name} in {source}. "
            f"Found {len(layers)} ({found}, ...). It is of another network: "
            "choose another --from."
        )
    other = []
    for ours, (theirs, arrays) in zip(order, layers, strict=True):
        _, own = shapes[ours]
        given = {kind: array.shape for kind, array in arrays.items()}
        if given != own:
            other.append(f"{theirs} {given} instead of {own}")
    refuse_misfit(source, model.name, other=other)
    return (
        "The file's names of layers are not the known ones, so its "
        f"{len(layers)} layers were taken in their order; kinds and shapes fit."
    )
