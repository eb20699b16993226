"""Filters of courses that never look across recordings."""

import numpy as np
from scipy import ndimage

from emoaff.evaluation.postprocessing.layout import Layout


def compute_running_median(
    course: np.ndarray, layout: Layout, length: int
) -> np.ndarray:
    """The median of the frames around each frame of its recording.

    Beyond its ends a recording repeats its first and last value. Frames
    without a value (NaN) are ignored in the windows of others, as
    `numpy.nanmedian` does, and stay NaN.

    Args:
        course: float `(n,)`.
        layout: Where the recordings lie.
        length: Odd number of frames in a window.

    Returns:
        float64 `(n,)`.

    Raises:
        ValueError: If `length` is not odd and positive.
    """
    if length < 1 or length % 2 == 0:
        raise ValueError(
            f"Expected an odd, positive length. Received: length={length}."
        )
    smooth = np.array(course, np.float64)
    for place in layout.slices:
        smooth[place] = _filter_median(smooth[place], length)
    return smooth


def delay(course: np.ndarray, layout: Layout, frames: int) -> np.ndarray:
    """Moves each recording's course to later frames: `out[t] = course[t - k]`.

    The frames before the first value repeat it, those after the last one
    repeat that. Gaps stay where they are: frames without a value (NaN) have
    none afterwards either, and a frame that would get its value from a gap
    gets the last one before the gap, or the first one after it where none is
    before. So the same frames are scored with and without the shift.

    Args:
        course: float `(n,)`.
        layout: Where the recordings lie.
        frames: How far, `k`; below 0 moves to earlier frames.

    Returns:
        `(n,)` of the same dtype.
    """
    source = np.arange(layout.frames) - frames
    source = np.clip(source, layout.first, layout.last)
    missing = np.isnan(course)
    if not missing.any():
        return course[source]
    return np.where(missing, np.nan, _fill_gaps(course, layout)[source])


def _fill_gaps(course, layout):
    """Repeats the last value in each gap, the first one before it."""
    rows = np.arange(layout.frames)
    known = ~np.isnan(course)
    before = np.maximum.accumulate(np.where(known, rows, -1))
    after = np.minimum.accumulate(np.where(known, rows, layout.frames)[::-1])
    after = np.minimum(after[::-1], layout.last)  # maybe a gap's, still NaN
    return course[np.where(before >= layout.first, before, after)]


def _filter_median(x, length):
    half = length // 2
    padded = np.pad(x, half, mode="edge")
    missing = np.flatnonzero(np.isnan(padded))
    if not missing.size:
        return _filter_padded(padded, length)
    # Missing values become +inf and -inf in turn. Any window then has as many
    # of one as of the other, or one more, and the two ways to begin give the
    # two middle ones of its values: `nanmedian` in two fast passes.
    infinity = np.where(np.arange(missing.size) % 2, np.inf, -np.inf)
    middle = []
    for sign in (1, -1):
        padded[missing] = sign * infinity
        middle.append(_filter_padded(padded, length))
    kept = ~np.isnan(x)
    smooth = np.full(len(x), np.nan)
    smooth[kept] = (middle[0][kept] + middle[1][kept]) / 2
    return smooth


def _filter_padded(padded, length):
    half = length // 2
    smooth = ndimage.median_filter(padded, size=length, mode="nearest")
    return smooth[half : len(padded) - half]
