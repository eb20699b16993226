import dataclasses
import math
import pathlib
from collections.abc import Mapping

Box = tuple[float, float, float, float]

FACES = ("find", "boxes", "whole")
PEOPLE = ("main", "left", "right")


@dataclasses.dataclass(frozen=True)
class Footage:
    """Where the pictures of one recording are, and how its face is cut.

    Args:
        path: A video or a picture; or, with `pictures`, their folder.
        pictures: Frame number and file, below `path`, of each picture of a
            series, by rising number. Empty where `path` is a file.
        stills: Whether the pictures have nothing to do with each other, so
            that a face is looked for in each and followed through none.
        rate_hz: Frames a second of a series of pictures; NaN if unknown, and
            of no meaning for a video, which has its own times.
        start_s: Seconds at which the recording begins in its video.
        end_s: Seconds before which it ends.
        region: The part of the frame that counts: left, top, right, bottom
            as shares of width and height, 0 to 1.
        faces: `"find"` finds the face and follows it; `"boxes"` takes it
            from `boxes`; `"whole"` where each picture is a face crop already.
        boxes: Frame number to `(x, y, width, height)` in pixels of the frame,
            or of `region`. A frame without a box has no face.
        person: Whom to keep where several are found: `"main"`, the one whose
            faces cover the largest area in sum; of the two largest,
            `"left"` or `"right"` as the picture shows them.

    Raises:
        ValueError: If a switch has an unknown value, or `region` no area.
    """

    path: pathlib.Path
    pictures: tuple[tuple[int, str], ...] = ()
    stills: bool = False
    rate_hz: float = math.nan
    start_s: float = 0.0
    end_s: float = math.inf
    region: Box | None = None
    faces: str = "find"
    boxes: Mapping[int, Box] | None = None
    person: str = "main"

    def __post_init__(self):
        if self.faces not in FACES or self.person not in PEOPLE:
            raise ValueError(
                f"Expected faces to be one of {', '.join(FACES)} and person "
                f"one of {', '.join(PEOPLE)}. Received: faces={self.faces!r}, "
                f"person={self.person!r}."
            )
        if (self.faces == "boxes") != (self.boxes is not None):
            raise ValueError(
                "Expected `boxes` with faces='boxes' and only then. "
                f"Received: faces={self.faces!r}, and "
                f"{'no' if self.boxes is None else len(self.boxes)} boxes."
            )
        if self.region is not None:
            left, top, right, bottom = self.region
            if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
                raise ValueError(
                    "Expected region as left, top, right and bottom between 0 "
                    f"and 1. Received: region={self.region}."
                )
