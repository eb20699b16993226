"""The GRUs of Rangulov and Fahim.

What is public here:

    from_rangulov_gru(path, ...) -> Conversion
"""

import os

import keras

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_source import find_features_source
from emoaff.convert.filling import fill
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.models.rangulov import build_rangulov_gru

_FRAMES = 100
_ABOUT = {
    "summary": (
        "The recurrent network of Rangulov and Fahim, 2020 (arXiv 2006.11168): "
        "GRUs over a CNN's features of 100 frames, valence and arousal of the "
        "frame after them. Weights by the authors, layout by emoaff."
    ),
    "data": "Aff-Wild2: videos of faces found on the web.",
    "training": "By the authors: concordance loss over batches, SGD.",
    "limits": (
        "Nothing was measured here. It follows features of the authors' own "
        "CNN, whose weights are not with these: those of another training mean "
        "something else."
    ),
    "published": [
        "The authors' log of the released three GRUs, mean over validation "
        "batches of Aff-Wild2: CCC of valence .2252, of arousal .3922."
    ],
}
_LICENCE = (
    "The authors' repository is MIT. Aff-Wild2, from which the weights come, "
    "has terms of its own, for research."
)
_NOTE = (
    "The features must be those that it was trained on: 300 numbers of the "
    "authors' own CNN."
)


def from_rangulov_gru(
    path: str | os.PathLike, *, features_from: str = ""
) -> Conversion:
    """The GRUs of Rangulov and Fahim over features of frames (Keras `.hdf5`).

    Number and width of the GRUs, and whether they reset after the recurrent
    product, show in the shapes.

    Args:
        path: The file.
        features_from: The preset of the CNN that makes the features.

    Returns:
        The network, for windows of 100 frames.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or of another network, or
            `features_from` is missing or has other features.
    """
    layers = list_layers(read_keras_h5(path))
    *grus, last = [arrays for _, arrays in layers] or [{}]
    if (
        not grus
        or not all(map(_is_gru, grus))
        or set(last)
        != {
            "kernel",
            "bias",
        }
    ):
        raise ValueError(
            f"Expected GRUs and one dense layer in {path}. Found the layers "
            f"{', '.join(name for name, _ in layers[:4])}. Choose another "
            "--from."
        )
    if not features_from:
        raise ValueError(
            f"Expected the preset of the CNN whose features the GRUs in {path} "
            "take. Received none. Name it with --features-from; `emoaff train "
            "rangulov_cnn` makes one."
        )
    width = len(grus[0]["kernel"])
    taken, crop = find_features_source(features_from, width)
    model = build_rangulov_gru(
        _FRAMES,
        width,
        units=[len(gru["recurrent_kernel"]) for gru in grus],
        reset_after=grus[0]["bias"].ndim == 2,
    )
    arrays = {f"valence_arousal/{kind}": x for kind, x in last.items()}
    for i, gru in enumerate(grus, start=1):
        prefix = f"gru_{i}/gru_cell"
        arrays |= {f"{prefix}/{kind}": array for kind, array in gru.items()}
    fill(model, arrays, path)
    config = {
        "input": taken,
        "crop": crop,
        "sampling": {
            "window": _FRAMES,
            "rate_hz": None,
            "stride": 1,
            "rule": "one_step_ahead",
        },
        "outputs": {
            "valence_arousal": {
                "kind": "dimensional",
                "names": ["valence", "arousal"],
                "range": [-1, 1],
            }
        },
        "licence": _LICENCE,
        "provenance": _ABOUT,
    }
    outputs = {"valence_arousal": model.output}
    model = keras.Model(model.inputs[0], outputs, name=model.name)
    return Conversion(model, config, (_NOTE,))


def _is_gru(arrays):
    shapes = [arrays.get(k) for k in ("kernel", "recurrent_kernel", "bias")]
    if any(x is None for x in shapes):
        return False
    units = len(arrays["recurrent_kernel"])
    return arrays["recurrent_kernel"].shape[1] == 3 * units
