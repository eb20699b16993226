import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video, or a still picture, upright and in colour.

    Args:
        index: Position in the video, 0-based, in the order of showing.
        time_s: Seconds since the first frame, which is at 0.0. Strictly
            rising within one video.
        image: `(height, width, 3)` uint8, RGB, square pixels. Its size may
            change within a video.
        warnings: What was unusual in reading a still picture, as clauses; a
            video has its own.
        grey: `(height, width)` uint8, where it is known already; see
            `emoaff.faces.crop.find_grey`.

    Example:
    >>> black = Frame(0, 0.0, np.zeros((48, 64, 3), "uint8"))
    >>> black.image.shape, black.warnings
    ((48, 64, 3), ())
    """

    index: int
    time_s: float
    image: np.ndarray
    warnings: tuple[str, ...] = ()
    grey: np.ndarray | None = None
