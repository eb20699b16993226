"""The work behind `FaceTracker`: one video, frame by frame."""

import collections
import itertools

import cv2
import numpy as np

from emoaff.faces.boxes import convert_from_corners
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.boxes import follow
from emoaff.faces.boxes import small_grey
from emoaff.faces.frame import Frame
from emoaff.faces.linking import link_people
from emoaff.faces.tracks import Slot
from emoaff.faces.tracks import Track
from emoaff.faces.tracks import confirm_lost
from emoaff.faces.tracks import covered
from emoaff.faces.tracks import find_last_seen
from emoaff.faces.tracks import lay
from emoaff.faces.tracks import match

_MOST_STEPS = 12  # frames from one detection to the next
_MOST_BYTES = 150e6  # of the pictures between; large ones get fewer steps
_SETTLE_S = 0.1  # seconds; false faces of the detector rarely last that long


class Tracking:
    """Follows the faces of one video.

    `_slots` holds the frames that are not given yet, and in live mode only
    the latest. The latest detection was `_steps` frames before the last.

    Args:
        settings: The `FaceTracker`, whose arguments hold.
    """

    def __init__(self, settings):
        self._settings = settings
        self._people = settings.make_people()
        self._together: set[frozenset] = set()
        self._cuts = CutFinder()
        self._slots: list[Slot] = []
        self._tracks: list[Track] = []
        self._steps = 0
        self._shot = 0
        self._shot_start_s = 0.0
        self._detected_s = 0.0

    def push(self, frame: Frame) -> list[Slot]:
        """Adds the next frame; returns the frames that are finished."""
        slot = Slot(frame, small_grey(frame.image))
        given = []
        if self._cuts.is_cut(slot.grey) or (
            self._slots
            and self._slots[-1].frame.image.shape != frame.image.shape
        ):
            given = self.finish()
        self._slots.append(slot)
        if len(self._slots) == 1:
            self._shot += 1
            self._shot_start_s = frame.time_s
            self._settle(*self._detect())
            return given + self._done()
        self._steps += 1
        if self._advance() or self._is_due():
            self._settle(*self._detect())
        elif self._settings.live:
            for track in self._tracks:
                slot.faces[track] = (track.path[-1], False, track.get_anchor())
        return given + self._done()

    def finish(self) -> list[Slot]:
        """Ends the shot, or the video; gives the frames still held back."""
        given = []
        if self._slots and not self._settings.live:
            if self._steps:
                self._settle([], np.zeros((0, 0)))
            given = self._slots
            if given[-1].frame.time_s - self._shot_start_s < _SETTLE_S:
                self._name(
                    track
                    for track in self._tracks
                    if all(track in slot.faces for slot in given)
                )
        for track in self._tracks:
            if track.person and self._people.faces is not None:
                self._people.faces.add(track.person, track.glimpses)
        self._note_together(given)
        self._slots, self._tracks, self._steps = [], [], 0
        return given

    def _is_due(self):
        elapsed = self._slots[-1].frame.time_s - self._detected_s
        return (
            elapsed >= self._settings.detect_every_s - 1e-6
            or self._steps >= _limit_steps(self._slots[-1].frame)
            or (self._settings.live and any(not t.person for t in self._tracks))
        )

    def _detect(self):
        """Detects in the latest frame; gives the faces and descriptions."""
        image = self._slots[-1].frame.image
        detector = self._settings.detector
        look = detector.detect
        if len(self._slots) == 1:
            # A face that the edge cuts is found here, if the detector can,
            # and followed from now on.
            look = getattr(detector, "detect_at_edges", look)
        found = look(image)
        if not found:
            return [], np.zeros((0, 0))
        return found, self._settings.embed(image, [each.box for each in found])

    def _advance(self):
        """Follows every track to the latest frame; says if one was lost."""
        boxes = [track.latest() for track in self._tracks]
        moved = _follow(self._slots[-2], self._slots[-1], boxes)
        for track, box in zip(self._tracks, moved, strict=True):
            track.path.append(box)
        return bool(np.isnan(moved).any())

    def _settle(self, found, vectors):
        """Decides on the frames since the latest detection by the next one.

        Where nothing is held back, that is the latest frame alone.
        """
        settings = self._settings
        slots = self._slots[-1 if settings.live else -self._steps - 1 :]
        end = len(slots) - 1
        chosen = match(self._tracks, found, vectors, settings.near_person)
        seen = {track: found[index] for track, index in chosen.items()}
        rest = [track for track in self._tracks if track not in seen]
        image = slots[-1].frame.image
        seen |= confirm_lost(settings.detector, image, rest, found)
        alive, ended = [], []
        for track in self._tracks:
            path = [track.box, *track.path][-len(slots) :]
            if track in seen:
                known = {} if settings.live else {0: track.get_anchor()}
                self._lay(track, slots, path, known | {end: seen[track]})
                alive.append(track)
            elif not settings.live:
                known = find_last_seen(end, self._make_look(slots, path))
                self._lay(track, slots, path, {0: track.get_anchor()} | known)
                ended.append(track)
        time_s = slots[-1].frame.time_s
        for track, index in chosen.items():
            track.vector = vectors[index]
            self._glance(track, image, found[index], time_s)
        for index, detection in enumerate(found):
            if (
                detection.score >= settings.start_score
                and index not in chosen.values()
                and not covered(detection, list(seen.values()))
            ):
                alive.append(self._begin(slots, detection, vectors[index]))
                self._glance(alive[-1], image, detection, time_s)
        self._name(
            track
            for track in alive + ended
            if not track.person and track.last_s - track.first_s >= _SETTLE_S
        )
        for track in chosen:
            if track.person and track.score >= settings.start_score:
                self._people.learn(track.person, *self._look(track))
        # A face that had its second chance and was not sure again is none.
        self._tracks = [
            track
            for track in alive
            if track.person or time_s - track.first_s < _SETTLE_S
        ]
        for track in self._tracks:
            track.path = []
        self._steps, self._detected_s = 0, time_s

    def link(self) -> dict[int, int]:
        """Finds which persons are one; at the end of the video.

        Returns:
            Each person who is an earlier one, with the number of that one.
        """
        faces = self._people.faces
        if faces is None or len(faces.list_people()) < 2:
            return {}
        means = {each: faces.get_mean(each) for each in faces.list_people()}
        means = {each: v for each, v in means.items() if v is not None}
        return link_people(means, self._together, self._people.get_likeness)

    def _glance(self, track, image, detection, time_s):
        if self._people.faces is not None:
            embedder = self._settings.embedder
            track.glance(embedder, image, detection.box, time_s)

    def _note_together(self, slots):
        for slot in slots:
            named = [track for track in slot.faces if track.person]
            for first, second in itertools.combinations(named, 2):
                if not slot.is_one_face(first, second):
                    pair = frozenset((first.person, second.person))
                    self._together.add(pair)

    def _begin(self, slots, detection, vector):
        """Starts a track, and finds out since when the face is there."""
        box = convert_to_corners([detection.box])[0]
        track = Track(box, detection.score, vector)
        back, path = slots[::-1], [box]
        # Not to the first of the frames, where nothing was detected.
        for after, before in zip(back[:-2], back[1:-1], strict=True):
            (box,) = _follow(after, before, [path[-1]])
            if np.isnan(box).any() or before.overlaps(box):
                break
            path.append(box)
        known = {0: detection} | find_last_seen(
            len(path), self._make_look(back, path)
        )
        reach = len(path)
        self._lay(
            track,
            slots[-reach:],
            path[::-1],
            {reach - 1 - position: seen for position, seen in known.items()},
        )
        return track

    def _lay(self, track, slots, path, seen):
        lay(track, slots, path, seen, self._settings.start_score)

    def _make_look(self, slots, path):
        def look(position):
            (seen,) = self._settings.detector.confirm(
                slots[position].frame.image,
                [convert_from_corners(path[position])],
            )
            return seen

        return look

    def _name(self, tracks):
        """Numbers the people of tracks, from left to right."""
        tracks = sorted(tracks, key=lambda track: (track.first_s, *track.box))
        beside = [
            {
                other.person
                for slot in self._slots
                if track in slot.faces
                for other in slot.faces
                if other.person and not slot.is_one_face(track, other)
            }
            for track in tracks
        ]
        numbers = self._people.name([self._look(t) for t in tracks], beside)
        for track, number in zip(tracks, numbers, strict=True):
            track.person = number

    def _look(self, track):
        glimpses, track.glimpses = track.glimpses, []
        return track.vector, track.last_s, self._shot, track.box, glimpses

    def _done(self):
        """Returns the frames in which no face can change any more."""
        if self._settings.live:
            self._slots = self._slots[-1:]
            return list(self._slots)
        if self._steps:
            return []
        open_tracks = [track for track in self._tracks if not track.person]
        count = len(self._slots) - 1
        for index, slot in enumerate(self._slots):
            if any(track in slot.faces for track in open_tracks):
                count = min(count, index)
                break
        given, self._slots = self._slots[:count], self._slots[count:]
        self._note_together(given)
        return given


def _limit_steps(frame):
    return min(_MOST_STEPS, max(4, int(_MOST_BYTES / frame.image.nbytes)))


def _follow(before, after, boxes):
    """Follows corners in pixels of the frames; rows of NaN where lost."""
    height, width = before.frame.image.shape[:2]
    rows, columns = before.grey.shape
    scale = np.tile([columns / width, rows / height], 2)
    boxes = np.asarray(boxes, "float64").reshape(-1, 4)
    return follow(before.grey, after.grey, boxes * scale) / scale


class CutFinder:
    """Finds hard cuts in a video, picture by picture.

    Thumbnails of 32x18 are compared. In a cut their pattern changes and not
    only their brightness, and either a lot or out of calm. Over the clips
    this was set on, cuts differ from the picture before by 17 grey levels
    or more and by 8 times as much as the pictures before them did; people
    and cameras that move, by 12 and 5 times at most. Fades and flashes are
    no cuts.
    """

    def __init__(self):
        self._before = None
        self._recent = collections.deque(maxlen=8)

    def is_cut(self, grey: np.ndarray) -> bool:
        """Returns whether the next picture starts a new shot.

        Args:
            grey: `(height, width)` uint8, as `small_grey` makes it.

        Returns:
            Whether a shot begins with it; False for the first.
        """
        after = cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA)
        after, before = after.astype("float64"), self._before
        self._before = after
        if before is None:
            return False
        difference = float(np.abs(after - before).mean())
        cut = difference > 6 and self._is_new(before, after, difference)
        if cut:
            self._recent.clear()
        else:
            self._recent.append(difference)
        return bool(cut)

    def _is_new(self, before, after, difference):
        likeness = _correlate(before, after)
        calm = len(self._recent) >= 4 and difference > 7 * max(
            np.mean(self._recent), 1.0
        )
        return likeness < 0.9 and (
            difference > 18 or (difference > 8 and calm) or likeness < 0.5
        )


def _correlate(first, second):
    first, second = first - first.mean(), second - second.mean()
    spread = np.sqrt(np.sum(first**2) * np.sum(second**2))
    return np.sum(first * second) / spread if spread > 0 else 0.0
