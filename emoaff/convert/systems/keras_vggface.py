"""keras-vggface's ResNet-50.

What is public here:

    from_keras_vggface(path, ...) -> Conversion
"""

import os

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_only import make_features_only
from emoaff.convert.named_layers import fill_by_name
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50

_TOP = "classifier"
_LICENCE = (
    "keras-vggface is MIT. Its weights were trained on VGGFace2, whose terms "
    "are for research."
)
_ABOUT = {
    "summary": "ResNet-50 of keras-vggface; features of a face.",
    "data": "VGGFace2: faces of 8,631 people, to tell them apart.",
    "training": "By the authors of VGGFace2, converted by keras-vggface.",
}


def from_keras_vggface(
    path: str | os.PathLike, *, size: int = 224
) -> Conversion:
    """keras-vggface's ResNet-50 (`.h5`), without its people.

    Names of layers are read with slashes (`conv1/7x7_s2/bn`) and without.

    Args:
        path: The file, with or without its last layer, which is left out.
        size: Side of the pictures in pixels.

    Returns:
        The network; its one output are the averaged features.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or of another network, or `size` is
            below 32.
    """
    if size < 32:
        raise ValueError(f"`size` must be at least 32. Received: size={size}.")
    layers = [
        (name.replace("/", "_"), arrays)
        for name, arrays in list_layers(read_keras_h5(path))
    ]
    backbone = build_vggface2_resnet50(size, name="backbone")
    notes = fill_by_name(backbone, layers, path, top=(_TOP,))
    return make_features_only(
        backbone, size, "keras_vggface", _LICENCE, _ABOUT, notes
    )
