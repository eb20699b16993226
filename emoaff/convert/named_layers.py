"""Fills a model from layers of the same names.

What is public here:

    fill_by_name(model, layers, path, top) -> notes
"""

import keras
import numpy as np

from emoaff.convert.filling import fill


def fill_by_name(
    model: keras.Model,
    layers: list[tuple[str, dict[str, np.ndarray]]],
    path,
    top: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Sets every weight of a model from a file's layers of the same name.

    Args:
        model: The model.
        layers: Name and arrays by kind of each layer of the file.
        path: The file, for messages.
        top: Layers of the file to leave out: those of its classes.

    Returns:
        A note on the layers that were left out, if there were any.

    Raises:
        ValueError: If the layers or shapes differ; the message names them.
    """
    arrays = {
        f"{name}/{kind}": array
        for name, weights in layers
        if name not in top
        for kind, array in weights.items()
    }
    fill(model, arrays, path)
    found = [name for name, _ in layers if name in top]
    if not found:
        return ()
    return (
        f"The last layer, {', '.join(found)}, with the file's classes was left "
        "out.",
    )
