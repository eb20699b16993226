"""The synthetic corpora: how each is acted, rated and filmed."""

import dataclasses

from tfds_builders.synthetic_affect.camera import Camera
from tfds_builders.synthetic_affect.courses import Course
from tfds_builders.synthetic_affect.motion import Motion
from tfds_builders.synthetic_affect.raters import Raters


@dataclasses.dataclass(frozen=True)
class Style:
    """Everything that is common to the recordings of one corpus.

    Args:
        number: Seed of the corpus; no two share one.
        fps: Frames a second.
        recordings: Recordings of one person.
        frames: Least and greatest number of frames of a recording.
        course: How lively the feelings are.
        raters: Who rated them.
        motion: How much people move.
        camera: How it was filmed.
        clutter: Least and greatest number of things in the background.
        occluder: Chance that something passes before the face.
        gap: Chance that the face is lost for a while.
    """

    number: int
    fps: float
    recordings: int
    frames: tuple[int, int]
    course: Course = Course()
    raters: Raters = Raters()
    motion: Motion = Motion()
    camera: Camera = Camera()
    clutter: tuple[int, int] = (2, 6)
    occluder: float = 0.0
    gap: float = 0.3


STYLES = {
    "studio": Style(
        number=1,
        fps=25,
        recordings=1,
        frames=(260, 340),
        raters=Raters(lag_s=0.4, noise=0.06),
        motion=Motion(sway=0.08, roll_degrees=2, turn=0.2),
        clutter=(0, 2),
        gap=0.15,
    ),
    "webcam": Style(
        number=2,
        fps=15,
        recordings=1,
        frames=(260, 340),
        raters=Raters(lag_s=0.6),
        camera=Camera(
            ambient=(0.35, 0.7),
            brightness=(0.6, 1.05),
            drift=0.06,
            flicker=0.02,
            tint=0.06,
            haze=0.35,
            defocus=(0.01, 0.04),
            shake=0.3,
            noise=6.0,
            quality=50,
        ),
    ),
    "street": Style(
        number=3,
        fps=25,
        recordings=1,
        frames=(260, 340),
        raters=Raters(lag_s=0.8, noise=0.1, count=4),
        motion=Motion(sway=0.3, zoom=0.1, roll_degrees=6, turn=0.4),
        camera=Camera(
            ambient=(0.15, 0.4),
            brightness=(0.75, 1.15),
            drift=0.12,
            haze=0.5,
            tint=0.05,
            defocus=(0.0, 0.03),
            shake=0.8,
            noise=4.0,
        ),
        clutter=(6, 14),
        occluder=0.5,
        gap=0.5,
    ),
    "stage": Style(
        number=4,
        fps=25,
        recordings=4,
        frames=(60, 100),
        course=Course(peak=(0.95, 1.3), wander=0.04, acted=True),
        raters=Raters(lag_s=0.48, count=8),
        motion=Motion(sway=0.15, roll_degrees=4, turn=0.3, speech=0.6),
        camera=Camera(ambient=(0.25, 0.45), haze=0.2),
        clutter=(0, 1),
        gap=0.05,
    ),
    "realeyes": Style(
        # Of many seeds, one with every class in each split.
        number=299,
        fps=10,
        recordings=1,
        frames=(170, 260),
        course=Course(calm_s=14.0, hold_s=(1.5, 5.0), peak=(0.75, 1.15)),
        raters=Raters(lag_s=0.6, count=7),
        motion=Motion(speech=0.1),
        camera=Camera(
            ambient=(0.3, 0.7),
            brightness=(0.55, 1.1),
            drift=0.05,
            flicker=0.015,
            tint=0.05,
            haze=0.3,
            defocus=(0.01, 0.045),
            shake=0.3,
            noise=5.0,
            quality=55,
        ),
    ),
}
STYLES["tiny"] = dataclasses.replace(
    STYLES["studio"],
    # Of many seeds, one with every class in train.
    number=189,
    frames=(90, 130),
    course=Course(calm_s=0.6, hold_s=(0.6, 1.5), peak=(0.9, 1.15)),
)
