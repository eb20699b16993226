"""Faces that are being followed, and which detection is of which face."""

import dataclasses
from collections.abc import Callable

import numpy as np

from emoaff.faces.boxes import assign_pairs
from emoaff.faces.boxes import compute_iou
from emoaff.faces.boxes import convert_from_corners
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.detect import Detection
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_embedder import Glimpse
from emoaff.faces.frame import Frame

# Share of the way that a followed box is drawn towards a detection that
# agrees with it; the detector's boxes jitter by some percent.
_PULL = 0.6
_AGREES = 0.6  # from here on a followed box and a detection are of one place
_OVERLAP = 0.2  # least intersection over union of a track and its detection
_GLIMPSES = 4  # looks at a face before they become rarer
_GLIMPSE_S = 2.0  # seconds from one to the next from then on
_SAME_FACE = 0.4  # from here on two boxes are of one face


@dataclasses.dataclass(eq=False)
class Track:
    """A face that is being followed.

    Args:
        box: `(4,)` corners in pixels at the latest detection.
        score: Of that detection.
        vector: Its description.
        first_s: Seconds at the earliest frame in which the detector was
            sure of it.
        last_s: Seconds at the latest such frame.
        path: `(4,)` corners at each frame since, by optical flow; the last
            is NaN where the face was lost.
        checks: Frames since that detection -> what was seen when the face
            alone was looked at; see `check`.
        person: Number of the person; 0 until the face is certain.
        landmarks: `(5, 2)` of the latest detection.
        glimpses: Looks at the face that the person's memory has not got yet.
        next_glimpse_s: Seconds from which on the next look is due.
        glimpsed: How many there were.
    """

    box: np.ndarray
    score: float
    vector: np.ndarray
    first_s: float = np.inf
    last_s: float = -np.inf
    path: list[np.ndarray] = dataclasses.field(default_factory=list)
    checks: dict[int, Detection] = dataclasses.field(default_factory=dict)
    person: int = 0
    landmarks: np.ndarray = dataclasses.field(
        default_factory=lambda: np.zeros((5, 2), np.float32)
    )
    glimpses: list[Glimpse] = dataclasses.field(default_factory=list)
    next_glimpse_s: float = -np.inf
    glimpsed: int = 0

    def glance(
        self, embedder: FaceEmbedder, image: np.ndarray, box, time_s: float
    ) -> None:
        """Looks at the face, unless it was looked at enough lately."""
        if time_s < self.next_glimpse_s:
            return
        self.glimpses.append(Glimpse(embedder.cut(image, box)))
        self.glimpsed += 1
        if self.glimpsed >= _GLIMPSES:
            self.next_glimpse_s = time_s + _GLIMPSE_S

    def latest(self) -> np.ndarray:
        """Returns the corners in the latest frame where it was not lost."""
        if self.path and np.isfinite(self.path[-1]).all():
            return self.path[-1]
        return self.path[-2] if len(self.path) > 1 else self.box

    def get_anchor(self) -> Detection:
        """Returns its place at the latest detection, as a detection."""
        return Detection(
            convert_from_corners(self.box), self.score, self.landmarks
        )


@dataclasses.dataclass(eq=False)
class Slot:
    """A frame, its small grey copy, and the faces found in it so far.

    `faces` maps a track to its corners, whether the detector saw it in this
    frame, and what the detector saw of it latest.
    """

    frame: Frame
    grey: np.ndarray
    faces: dict[Track, tuple[np.ndarray, bool, Detection]] = dataclasses.field(
        default_factory=dict
    )

    def certain(self) -> list[tuple]:
        """Returns person, box, seen and detection of each certain face."""
        certain = [
            (track.person, convert_from_corners(corners), seen, latest)
            for track, (corners, seen, latest) in self.faces.items()
            if track.person
        ]
        return sorted(certain, key=lambda face: face[0])

    def is_one_face(self, first: Track, second: Track) -> bool:
        """Returns whether two tracks cover the same face of this frame."""
        first, second = self.faces[first][0], self.faces[second][0]
        return compute_iou(first[None], second[None])[0, 0] > _SAME_FACE

    def overlaps(self, corners: np.ndarray) -> bool:
        """Returns whether corners cover a face that is known here already."""
        known = [face[0] for face in self.faces.values()]
        return (
            bool(known)
            and compute_iou(corners[None], np.stack(known)).max() > 0.3
        )


def lay(
    track: Track,
    slots: list[Slot],
    path: list[np.ndarray],
    seen: dict[int, Detection],
    sure: float,
) -> None:
    """Writes a face into the frames from its first to its last detection.

    Between detections the followed boxes are shifted by what the detections
    say, in proportion to the frames between.

    Args:
        track: The face; its times, score and box become the latest.
        slots: The frames, in order.
        path: Its corners in each of them by optical flow.
        seen: Position in `slots` -> what the detector saw there.
        sure: Score from which on the detector is sure.
    """
    height, width = slots[0].frame.image.shape[:2]
    known = sorted(seen)
    # How far the flow has drifted at each detection, `(4,)` as `_place` counts.
    # The detector's boxes jitter, so a box that agrees goes part of the way
    # from where the one before has drawn it; one that does not has slipped off
    # the face and goes all of it.
    errors, error = [], np.zeros(4)
    for position in known:
        corners = convert_to_corners([seen[position].box])[0]
        if not np.isfinite(path[position]).all():
            # The flow lost it: nothing has drifted.
            path[position], error = corners, np.zeros(4)
        drawn = _find_corners(_place(path[position]) + error)
        agrees = compute_iou(corners[None], drawn[None])[0, 0] > _AGREES
        further = _place(corners) - _place(drawn)
        error = error + further * (_PULL if agrees else 1)
        errors.append(error)
    for position in range(known[0], known[-1] + 1):
        # Transposed, `(4, detections)`: each number goes in a straight line
        # from its error at one detection to that at the next.
        place = _place(path[position]) + [
            np.interp(position, known, each) for each in np.transpose(errors)
        ]
        # A centre outside has no face; a side may well reach outside.
        place[:2] = np.clip(place[:2], 0, (width, height))
        track.box = _find_corners(place)
        latest = max(k for k in known if k <= position)
        track.score = seen[latest].score
        track.landmarks = seen[latest].landmarks
        slots[position].faces[track] = (
            track.box,
            latest == position,
            seen[latest],
        )
    times = [slots[k].frame.time_s for k in known if seen[k].score >= sure]
    track.first_s = min([track.first_s, *times])
    track.last_s = max([track.last_s, *times])


def _place(corners):
    """Centre and logarithms of the sides, which add up to valid boxes."""
    low, high = corners[:2], corners[2:]
    return np.concatenate([(low + high) / 2, np.log(high - low)])


def _find_corners(place):
    half = np.exp(place[2:]) / 2
    return np.concatenate([place[:2] - half, place[:2] + half])


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
    overlaps = compute_iou(
        np.stack([track.latest() for track in tracks]),
        convert_to_corners([detection.box for detection in detections]),
    )
    likes = np.stack([track.vector for track in tracks]) @ vectors.T
    allowed = (overlaps >= _OVERLAP) & (likes >= likeness)
    pairs = assign_pairs(overlaps + likes, allowed)
    return {tracks[i]: j for i, j in pairs.items()}


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
    boxes = [convert_from_corners(track.latest()) for track in tracks]
    for track, seen in zip(tracks, detector.confirm(image, boxes), strict=True):
        if seen is not None and not covered(seen, taken):
            found[track] = seen
            taken.append(seen)
    return found


def check(
    detector: object, image: np.ndarray, tracks: list[Track], sure: float
) -> bool:
    """Looks at the faces that are followed, and at nothing else.

    Args:
        detector: Has `confirm`.
        image: The picture.
        tracks: Faces with their expected places, none of them lost. What is
            seen of them goes to their `checks`, if all of them are seen.
        sure: Least score of each.

    Returns:
        Whether each of them is there, sure, where it was expected, and none
        is another's.
    """
    boxes = [convert_from_corners(track.latest()) for track in tracks]
    found = detector.confirm(image, boxes)
    if any(each is None or each.score < sure for each in found):
        return False
    seen = convert_to_corners([each.box for each in found])
    overlaps = compute_iou(convert_to_corners(boxes), seen)
    if np.diagonal(overlaps).min() <= _AGREES:
        return False
    between = compute_iou(seen, seen) - np.eye(len(seen))
    if between.max() > _SAME_FACE:
        return False
    for track, each in zip(tracks, found, strict=True):
        track.checks[len(track.path)] = each
    return True


def covered(detection: Detection, others: list[Detection]) -> bool:
    """Returns whether one of the other detections is of the same face."""
    if not others:
        return False
    overlaps = compute_iou(
        convert_to_corners([detection.box]),
        convert_to_corners([o.box for o in others]),
    )
    return bool(overlaps.max() > _SAME_FACE)


def find_last_seen(
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
