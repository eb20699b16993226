"""Which detection is which track, and where a track begins and ends."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from emoaff.faces.boxes import from_corners
from emoaff.faces.boxes import iou
from emoaff.faces.boxes import to_corners
from emoaff.faces.detect import Detection
from emoaff.faces.tracks import Track

_OVERLAP = 0.2  # least intersection over union of a track and its detection
_SAME_FACE = 0.4  # from here on two boxes are of one face


def match(
    tracks: list[Track],
    detections: list[Detection],
    vectors: np.ndarray,
    likeness: float,
) -> dict[Track, int]:
    """Assigns detections to tracks by place and look (Hungarian method).

    Args:
        tracks: Faces with their expected places.
        detections: What the detector saw.
        vectors: `(n, d)`, their descriptions.
        likeness: Least product of a track's and a detection's description.

    Returns:
        Index of the detection for every track that has one.
    """
    if not tracks or not detections:
        return {}
    overlaps = iou(
        np.stack([track.latest() for track in tracks]),
        to_corners([detection.box for detection in detections]),
    )
    likes = np.stack([track.vector for track in tracks]) @ vectors.T
    allowed = (overlaps >= _OVERLAP) & (likes >= likeness)
    gain = np.where(allowed, overlaps + likes, -9.0)
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return {tracks[i]: int(j) for i, j in pairs if allowed[i, j]}


def confirm_lost(
    detector: object,
    image: np.ndarray,
    tracks: list[Track],
    taken: list[Detection],
) -> dict[Track, Detection]:
    """Looks again for tracks without a detection, at their places.

    Args:
        detector: Has `confirm`.
        image: The picture.
        tracks: Faces with their expected places; those lost are left out.
        taken: What the detector saw; such a face is no other track's.

    Returns:
        What was seen of each track that is still there.
    """
    tracks = [t for t in tracks if not t.path or np.isfinite(t.path[-1]).all()]
    if not tracks:
        return {}
    taken = list(taken)
    found = {}
    boxes = [from_corners(track.latest()) for track in tracks]
    for track, seen in zip(tracks, detector.confirm(image, boxes), strict=True):
        if seen is not None and not covered(seen, taken):
            found[track] = seen
            taken.append(seen)
    return found


def covered(detection: Detection, others: list[Detection]) -> bool:
    """Says whether one of other detections is of the same face."""
    if not others:
        return False
    overlaps = iou(
        to_corners([detection.box]), to_corners([o.box for o in others])
    )
    return bool(overlaps.max() > _SAME_FACE)


def last_seen(
    count: int, look: Callable[[int], Detection | None]
) -> dict[int, Detection]:
    """Finds how far a face reaches, by halving.

    Args:
        count: The face is there at position 0 and not at `count`.
        look: Gives what the detector sees at a position between.

    Returns:
        Position -> what was seen, for every look that saw it.
    """
    seen, low, high = {}, 0, count
    while high - low > 1:
        middle = (low + high) // 2
        detection = look(middle)
        if detection is None:
            high = middle
        else:
            seen[middle] = detection
            low = middle
    return seen
