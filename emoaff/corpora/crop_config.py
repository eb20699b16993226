import dataclasses

import tensorflow_datasets as tfds


@dataclasses.dataclass(eq=False)
class CropConfig(tfds.core.BuilderConfig):
    """A TFDS configuration that also sets how faces are cropped.

    Args:
        size: Side of the stored crops in pixels.
        margin: Share of the face's longer side added in total, see
            `emoaff.faces.crop_face`. Without meaning where a corpus ships
            crops and these are used.
        rate_hz: Frames a second to keep, over 0; None keeps every frame.
        quality: Of the JPEGs, 1 to 100.
        find_faces: Whether faces have to be found. If not, every picture is
            a face crop already, and is resized as a whole.
    """

    size: int = 160
    margin: float = 0.3
    rate_hz: float | None = None
    quality: int = 90
    find_faces: bool = True

    @property
    def faces(self) -> str:
        """The word for it of `emoaff.corpora.footage.Footage`."""
        return "find" if self.find_faces else "whole"
