"""Weights of torchvision's ResNet-18, -34 and -50.

What is public here:

    from_torchvision_resnet(path, ...) -> Conversion
"""

import os
import pathlib

from emoaff.convert.conversion import Conversion
from emoaff.convert.features_only import make_features_only
from emoaff.convert.filling import fill
from emoaff.convert.filling import list_places
from emoaff.convert.filling import refuse_misfit
from emoaff.convert.readers.torch_archive import read_torch
from emoaff.convert.systems.torchvision_names import find_torch_names
from emoaff.convert.torch_modules import to_keras
from emoaff.models.resnet import build_resnet

# Blocks of each stage, and whether they are bottlenecks.
_DEPTHS = {
    ((2, 2, 2, 2), False): 18,
    ((3, 4, 6, 3), False): 34,
    ((3, 4, 6, 3), True): 50,
}
_LICENCE = (
    "torchvision is BSD-3-Clause. Its own weights were trained on ImageNet, "
    "whose terms are for research; a file trained by others has the terms of "
    "these and of what they trained on."
)
_ABOUT = {
    "data": "Torchvision's own weights: ImageNet. The file does not say.",
    "training": "As whoever made the file trained it.",
}


def from_torchvision_resnet(
    path: str | os.PathLike, *, size: int = 224
) -> Conversion:
    """ResNet-18, -34 or -50 of torchvision, without its classes.

    Which of the three it is shows in the file. Its last layer, the classes of
    ImageNet, is left out.

    Args:
        path: A `.pth`, `.pt` or `.safetensors` file with a state dict.
        size: Side of the pictures in pixels.

    Returns:
        The network; its one output are the averaged features.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or of another network, or `size` is
            below 32.
    """
    path = pathlib.Path(path)
    if size < 32:
        raise ValueError(f"`size` must be at least 32. Received: size={size}.")
    modules = to_keras(read_torch(path).tensors, path)
    depth = _depth(modules, path)
    backbone = build_resnet(
        depth, layout="torchvision", image_size=size, name="backbone"
    )
    names = find_torch_names(
        dict.fromkeys(p.split("/")[0] for p in list_places(backbone))
    )
    known = {*names.values(), "fc"}
    refuse_misfit(
        path,
        f"ResNet-{depth}",
        missing=[n for n in names.values() if n not in modules],
        unexpected=[n for n in modules if n not in known],
    )
    arrays = {
        f"{ours}/{kind}": array
        for ours, theirs in names.items()
        for kind, array in modules[theirs].items()
    }
    fill(backbone, arrays, path)
    notes = ()
    if "fc" in modules:
        notes = ("The last layer, `fc`, with the file's classes was left out.",)
    summary = f"ResNet-{depth} as torchvision lays it out; features."
    return make_features_only(
        backbone,
        size,
        "torchvision_resnet",
        _LICENCE,
        {"summary": summary, **_ABOUT},
        notes,
    )


def _depth(modules, path):
    blocks = tuple(
        len({n.split(".")[1] for n in modules if n.startswith(f"layer{i}.")})
        for i in range(1, 5)
    )
    depth = _DEPTHS.get((blocks, "layer1.0.conv3" in modules))
    if depth is None:
        raise ValueError(
            f"Expected torchvision's ResNet-18, -34 or -50 in {path}. Found "
            f"{blocks} blocks in layer1 to layer4. Choose one of those files, "
            "or another --from."
        )
    return depth
