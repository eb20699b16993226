import dataclasses

from emoaff.corpora.crop_config import CropConfig

NEUTRAL = ("all", "labelled", "none")


@dataclasses.dataclass(eq=False)
class CkPlusConfig(CropConfig):
    """Sets which pictures of a sequence are labelled, and how.

    Args:
        neutral: In which sequences the first picture is labelled neutral:
            `"all"`, `"labelled"` (those with an emotion) or `"none"`.
        apex_frames: How many pictures are labelled with the emotion, the last
            of them the one that it was given for; at least 1.

    Raises:
        ValueError: If a value is none of these, or `rate_hz` is set, since
            the pictures have no known times.
    """

    neutral: str = "all"
    apex_frames: int = 1

    def __post_init__(self):
        if self.neutral not in NEUTRAL or self.apex_frames < 1:
            raise ValueError(
                f"Expected neutral to be one of {', '.join(NEUTRAL)} and "
                "apex_frames to be at least 1. Received: "
                f"neutral={self.neutral!r}, apex_frames={self.apex_frames}."
            )
        if self.rate_hz is not None:
            raise ValueError(
                "Expected rate_hz=none, since the frame rate of CK+ is not "
                f"known. Received: rate_hz={self.rate_hz}."
            )
