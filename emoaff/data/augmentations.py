"""Augmentations by the names that recipes use.

A new one is a file of its own and a line in `AUGMENTATIONS`.
"""

from collections.abc import Callable
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.face_augmenter import FaceAugmenter


class Augmentation(NamedTuple):
    """An augmentation that has a name.

    Attributes:
        build: Called as `build(size, limits)`, the side of the result in
            pixels and a mapping of how far images are changed at most, by
            the names that `FaceAugmenter` has for it: what changes images,
            or `None` for nothing.
        of_single_pictures: Whether that is called with a batch of pictures,
            `(batch, height, width, 3)`, and one seed, as `FaceAugmenter` is;
            else with clips and a seed each, as `ClipAugmenter` is.
    """

    build: Callable
    of_single_pictures: bool = False


AUGMENTATIONS = {
    "none": Augmentation(lambda size, limits: None),
    "flip": Augmentation(lambda size, limits: ClipAugmenter.flip_only(size)),
    "tzirakis": Augmentation(lambda size, limits: ClipAugmenter.tzirakis(size)),
    "strong": Augmentation(lambda size, limits: ClipAugmenter.strong(size)),
    "face": Augmentation(
        lambda size, limits: FaceAugmenter(size, **limits),
        of_single_pictures=True,
    ),
}


def build_augmentation(
    name: str, size: int, limits: Mapping[str, float] = MappingProxyType({})
):
    """Builds the augmentation of that name.

    Args:
        name: One of `AUGMENTATIONS`.
        size: Side of the result in pixels.
        limits: How far images are changed at most, for `"face"`; by the names
            of the arguments of `FaceAugmenter`.

    Returns:
        What changes pictures, or `None` for nothing.

    Raises:
        ValueError: For another name; the message lists the known.

    Example:
    >>> build_augmentation("flip", 48).flip
    True
    """
    if name not in AUGMENTATIONS:
        raise ValueError(
            f"The augmentation must be one of {', '.join(AUGMENTATIONS)}. "
            f"Received: {name!r}."
        )
    return AUGMENTATIONS[name].build(size, limits)
