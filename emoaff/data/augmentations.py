"""Augmentations by the names that recipes use.

A new one is a file of its own and a line in `AUGMENTATIONS`.
"""

from collections.abc import Callable
from typing import NamedTuple

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.face_augmenter import FaceAugmenter


class Augmentation(NamedTuple):
    """An augmentation that has a name.

    Attributes:
        build: Called as `build(size, shrink)`, the side of the result in
            pixels and how much smaller faces get at most: what changes
            pictures, or `None` for nothing.
        of_single_pictures: Whether that is called with a batch of pictures,
            `(batch, height, width, 3)`, and one seed, as `FaceAugmenter` is;
            else with clips and a seed each, as `ClipAugmenter` is.
    """

    build: Callable
    of_single_pictures: bool = False


AUGMENTATIONS = {
    "none": Augmentation(lambda size, shrink: None),
    "flip": Augmentation(lambda size, shrink: ClipAugmenter.flip_only(size)),
    "tzirakis": Augmentation(lambda size, shrink: ClipAugmenter.tzirakis(size)),
    "strong": Augmentation(lambda size, shrink: ClipAugmenter.strong(size)),
    "face": Augmentation(
        lambda size, shrink: FaceAugmenter(size, shrink=shrink),
        of_single_pictures=True,
    ),
}


def build_augmentation(name: str, size: int, shrink: float = 1.35):
    """Builds the augmentation of that name.

    Args:
        name: One of `AUGMENTATIONS`.
        size: Side of the result in pixels.
        shrink: How much smaller faces get at most, where it is drawn.

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
    return AUGMENTATIONS[name].build(size, shrink)
