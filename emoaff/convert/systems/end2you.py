"""End2You's checkpoint of RealEyes.

What is public here:

    from_end2you(path, ...) -> Conversion
"""

import os

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_only import make_features_only
from emoaff.convert.filling import fill
from emoaff.convert.systems.slim_checkpoint import left_out
from emoaff.convert.systems.slim_checkpoint import name_resnet_arrays
from emoaff.convert.systems.slim_checkpoint import read_checkpoint
from emoaff.models.slim_resnet50 import build_slim_resnet50

_PIXELS = {"raw": None, "unit": "unit"}
_ABOUT = {
    "summary": (
        "ResNet-50 of Tzirakis et al., 2021 (arXiv 2111.02717), whose footnote "
        "2 points to End2You; features. Weights by the authors, layout by "
        "emoaff."
    ),
    "data": (
        "RealEyes: webcam videos of people who watched commercials, eight "
        "labels by seven annotators. Begun from ImageNet, as the paper says."
    ),
    "training": (
        "By the authors: sigmoid cross-entropy weighted by reciprocal counts, "
        "Adam 4e-5, batches of 2 x 150 frames of 150 x 150 pixels."
    ),
}
_LICENCE = (
    "End2You is BSD-3-Clause; no terms of the weights themselves are known, "
    "and RealEyes is not public. Ask the authors before any use but research."
)
_PIXEL_NOTE = (
    "Whether the network was given pixels of 0 to 255 or of 0 to 1 is not "
    "written down: End2You's readers do both. These are {}; compare with "
    "--set pixels={}."
)


def from_end2you(
    path: str | os.PathLike,
    *,
    size: int = 150,
    pixels: str = "raw",
    averages: bool = False,
) -> Conversion:
    """End2You's ResNet-50 trained on RealEyes (TensorFlow checkpoint).

    The image model is TF-Slim's `resnet_v1_50`. Recurrent layers of the file
    are left out and named: End2You's LSTM has peepholes and a clipped cell,
    which Keras's has not.

    Args:
        path: The prefix of the checkpoint, `model.ckpt-33604`.
        size: Side of the pictures in pixels; the paper's is 150.
        pixels: What the network was given: `"raw"` (0 to 255) or `"unit"` (0
            to 1). It is not written down which.
        averages: Whether to take moving averages of the weights where the
            file has them.

    Returns:
        The network; its one output are the averaged features.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is damaged or of another network, or a setting is not
            one of the above.
    """
    if pixels not in _PIXELS or size < 32:
        raise ValueError(
            f"`pixels` must be one of {', '.join(_PIXELS)}, and `size` at "
            f"least 32. Received: pixels={pixels!r}, size={size}."
        )
    variables = read_checkpoint(path, averages)
    backbone = build_slim_resnet50(size, _PIXELS[pixels], name="backbone")
    arrays, taken = name_resnet_arrays(variables, backbone, path)
    fill(backbone, arrays, path)
    other = "unit" if pixels == "raw" else "raw"
    notes = (
        _PIXEL_NOTE.format(pixels, other),
        *left_out(set(variables) - taken),
    )
    return make_features_only(
        backbone, size, "end2you_realeyes", _LICENCE, _ABOUT, notes
    )
