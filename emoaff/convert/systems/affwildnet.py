"""AffWildNet's checkpoints.

What is public here:

    from_affwildnet(path, ...) -> Conversion
    gru_arrays(gates, candidate, units) -> arrays of a Keras GRU
"""

import os
import re

import keras
import numpy as np

from emoaff.convert.conversion import Conversion
from emoaff.convert.filling import fill
from emoaff.convert.filling import list_places
from emoaff.convert.filling import refuse_misfit
from emoaff.convert.systems.slim_checkpoint import left_out
from emoaff.convert.systems.slim_checkpoint import name_resnet_arrays
from emoaff.convert.systems.slim_checkpoint import read_checkpoint
from emoaff.models.affwildnet import build_affwildnet

_UNITS = 128
_FRAMES = 80
_LICENCE = (
    "The authors offer code and weights for research only, without a licence "
    "file. Aff-Wild's own terms are for research too. Ask the authors before "
    "any other use."
)
_ABOUT = {
    "data": "Aff-Wild: 298 videos of faces found on the web.",
    "training": "By the authors, on runs of 80 frames: joint concordance loss.",
    "limits": (
        "Nothing was measured here. The authors gave it faces of 96 x 96 "
        "pixels; how they cut them is not part of the file."
    ),
    "published": [],
}


def from_affwildnet(
    path: str | os.PathLike, *, averages: bool = False
) -> Conversion:
    """AffWildNet: VGG-Face or ResNet-50, two GRUs, valence and arousal.

    Which of the two image models it is shows in the file. TensorFlow 1's GRU
    stores its gates as reset, update; they are put into Keras's order.

    Args:
        path: The prefix of the TensorFlow checkpoint.
        averages: Whether to take moving averages of the weights where the
            file has them.

    Returns:
        The network, for windows of 80 frames.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is damaged or of another network.
    """
    variables = read_checkpoint(path, averages)
    vgg = any(name.endswith("conv_13/weights") for name in variables)
    backbone = "vgg_face" if vgg else "resnet50"
    model = build_affwildnet(backbone, None)
    if vgg:
        names = _list_vgg_names(model)
        arrays, taken = {}, set()
    else:
        arrays, taken = name_resnet_arrays(variables, model, path)
        names = {
            "valence_arousal/kernel": "rnn/weights_output",
            "valence_arousal/bias": "rnn/biases_output",
        }
    found = {place: _find(variables, name) for place, name in names.items()}
    cells = {i: _find_cell_names(variables, i) for i in (0, 1)}
    missing = [names[place] for place, name in found.items() if name is None]
    for i, cell in cells.items():
        missing += [f"cell_{i} {k}" for k, name in cell.items() if name is None]
    refuse_misfit(path, model.name, missing=missing)
    arrays |= {place: variables[name] for place, name in found.items()}
    for i, cell in cells.items():
        prefix = f"gru_{i + 1}/gru_cell"
        parts = {kind: variables[name] for kind, name in cell.items()}
        _refuse_other_cell(path, i, parts)
        for kind, array in gru_arrays(**parts).items():
            arrays[f"{prefix}/{kind}"] = array
        taken |= set(cell.values())
    fill(model, arrays, path)
    notes = left_out(set(variables) - taken - set(found.values()))
    return Conversion(_named(model), _config(backbone), notes)


def gru_arrays(gates, gates_bias, candidate, candidate_bias):
    """Turns the weights of TensorFlow 1's `GRUCell` into those of Keras's GRU.

    Args:
        gates: `(inputs + units, 2 * units)`, reset then update.
        gates_bias: `(2 * units,)`.
        candidate: `(inputs + units, units)`.
        candidate_bias: `(units,)`.

    Returns:
        `kernel`, `recurrent_kernel` and `bias` of a GRU with
        `reset_after=False`: update, reset, candidate.
    """
    units = len(candidate_bias)
    inputs = len(candidate) - units
    both = [gates[:, units:], gates[:, :units], candidate]
    bias = [gates_bias[units:], gates_bias[:units], candidate_bias]
    return {
        "kernel": np.concatenate([x[:inputs] for x in both], axis=1),
        "recurrent_kernel": np.concatenate([x[inputs:] for x in both], axis=1),
        "bias": np.concatenate(bias),
    }


def _list_vgg_names(model):
    """The end of the variable's name for each place but the GRUs'."""
    convolutions = [
        p.split("/")[0]
        for p in list_places(model)
        if re.match(r"conv\d_\d/kernel", p)
    ]
    names = {}
    for i, layer in enumerate(convolutions, start=1):
        names[f"{layer}/kernel"] = f"conv_{i}/weights"
        names[f"{layer}/bias"] = f"conv_{i}/biases"
    return {
        **names,
        "features/kernel": "linear_1/weights",
        "features/bias": "linear_1/biases",
        "valence_arousal/kernel": "rnn_1/weights_rnn",
        "valence_arousal/bias": "rnn_1/biases_rnn",
    }


def _find_cell_names(variables, i):
    """The names of a cell's variables; TensorFlow 1.1 had other last parts."""
    cell = f"multi_rnn_cell/cell_{i}/gru_cell"
    ends = {"": ("kernel", "weights"), "_bias": ("bias", "biases")}
    return {
        f"{gate}{end}": next(
            filter(
                None,
                (_find(variables, f"{cell}/{gate}/{last}") for last in lasts),
            ),
            None,
        )
        for gate in ("gates", "candidate")
        for end, lasts in ends.items()
    }


def _find(variables, end):
    """The variable whose name ends so, within whatever scope."""
    found = [n for n in variables if f"/{n}".endswith(f"/{end}")]
    return found[0] if len(found) == 1 else None


def _refuse_other_cell(path, i, parts):
    rows = len(parts["candidate"])
    expected = {
        "gates": (rows, 2 * _UNITS),
        "gates_bias": (2 * _UNITS,),
        "candidate": (rows, _UNITS),
        "candidate_bias": (_UNITS,),
    }
    refuse_misfit(
        path,
        "affwildnet",
        other=[
            f"cell_{i} {kind} {parts[kind].shape} instead of {shape}"
            for kind, shape in expected.items()
            if parts[kind].shape != shape
        ],
    )


def _named(model):
    """The same layers with a dict of outputs, as presets have them."""
    outputs = {"valence_arousal": model.output}
    return keras.Model(model.inputs[0], outputs, name=model.name)


def _config(backbone):
    network = "VGG-Face" if backbone == "vgg_face" else "TF-Slim's ResNet-50"
    return {
        "input": {"size": 96, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "sampling": {
            "window": _FRAMES,
            "rate_hz": None,
            "stride": _FRAMES,
            "rule": "sliding",
        },
        "outputs": {
            "valence_arousal": {
                "kind": "dimensional",
                "names": ["valence", "arousal"],
                "range": [-1, 1],
            }
        },
        "licence": _LICENCE,
        "provenance": {
            "summary": (
                f"AffWildNet without landmarks (Kollias et al., IJCV 2019): "
                f"{network} and two GRUs, valence and arousal of each frame. "
                "Weights by the authors, layout by emoaff."
            ),
            **_ABOUT,
        },
    }
