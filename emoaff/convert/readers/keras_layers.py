"""The layers of a Keras file, each with its weights by kind.

What is public here:

    list_layers(file) -> list of (name, dict of array)
"""

import re

import numpy as np

from emoaff.convert.readers.keras_h5 import KerasFile
from emoaff.convert.readers.keras_h5 import group_by_kind

_NORM = ("gamma", "beta", "moving_mean", "moving_variance")
_RECURRENT = ("kernel", "recurrent_kernel", "bias")
_PLAIN = ("kernel", "bias")


def list_layers(file: KerasFile) -> list[tuple[str, dict[str, np.ndarray]]]:
    """Returns name and float32 arrays of every layer with weights, in order.

    A model within the model gives its layers one by one, in the order in which
    their first weights are listed.

    Args:
        file: See `emoaff.convert.readers.keras_h5.read_keras_h5`.
    """
    found = []
    for name, weights in file.layers:
        groups = {}
        for weight, array in weights:
            groups.setdefault(_find_owner(weight), []).append((weight, array))
        for owner, own in groups.items():
            # Weights of a wrapped or recurrent layer go by the outer name.
            inner = owner if len(groups) > 1 and owner else name
            found.append((inner, _convert_arrays(own)))
    return found


def _find_owner(weight):
    return re.sub(r"/?[^/]*$", "", weight)


def _convert_arrays(weights):
    kinds = group_by_kind(weights)
    if all(kind.isdigit() for kind in kinds):
        kinds = dict(zip(_names(kinds), kinds.values(), strict=False))
    return {k: np.asarray(array, np.float32) for k, array in kinds.items()}


def _names(numbered):
    """`.weights.h5` has numbers in place of names."""
    if all(np.ndim(array) == 1 for array in numbered.values()):
        return _NORM
    return _RECURRENT if len(numbered) == 3 else _PLAIN
