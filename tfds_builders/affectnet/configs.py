"""The two releases of AffectNet, with their switches."""

import dataclasses

from emoaff.corpora.crop_config import CropConfig

_SIDE = 224  # of the crops that AffectNet's makers cut in 2021


@dataclasses.dataclass(eq=False)
class OriginalConfig(CropConfig):
    """The whole web pictures of 2017, with face boxes in lists.

    Args:
        find_faces: Whether the largest face is looked for. If not, it is the
            one whose box the list gives.
        manual: Whether train has the manually annotated half.
        automatic: Whether train has the automatically annotated half.

    Raises:
        ValueError: If train has neither half.
    """

    size: int = _SIDE
    find_faces: bool = False
    manual: bool = True
    automatic: bool = False

    def __post_init__(self):
        if not self.manual and not self.automatic:
            raise ValueError(
                "Expected manual or automatic to be true, or both. Received: "
                "neither, so that nothing would be left for train."
            )

    @property
    def faces(self) -> str:
        """The word for it of `emoaff.corpora.footage.Footage`."""
        return "find" if self.find_faces else "boxes"


@dataclasses.dataclass(eq=False)
class CroppedConfig(CropConfig):
    """The face crops of 224 pixels of March 2021.

    Args:
        find_faces: Whether the face is looked for again in the crop. If not,
            the crop is taken as a whole.
    """

    size: int = _SIDE
    find_faces: bool = False
