"""The work behind `FaceTracker`: one video, frame by frame."""

import itertools

import numpy as np

from emoaff.faces.boxes import convert_from_corners
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.boxes import follow
from emoaff.faces.boxes import small_grey
from emoaff.faces.crop import find_grey
from emoaff.faces.cuts import CutFinder
from emoaff.faces.cuts import is_calm
from emoaff.faces.frame import Frame
from emoaff.faces.linking import link_people
from emoaff.faces.linking import name_people
from emoaff.faces.tracks import Slot
from emoaff.faces.tracks import Track
from emoaff.faces.tracks import check
from emoaff.faces.tracks import confirm_lost
from emoaff.faces.tracks import covered
from emoaff.faces.tracks import find_last_seen
from emoaff.faces.tracks import lay
from emoaff.faces.tracks import match

_MOST_STEPS = 12  # frames from one look to the next
# Looks at the known faces alone, from one detection to the next, where
# something moves around them and where nothing does.
_MOST_CHECKS, _MOST_CHECKS_IN_CALM = 1, 2
_MOST_BYTES = 150e6  # of the pictures between; large ones get fewer steps
_SETTLE_S = 0.1  # seconds; false faces of the detector rarely last that long


class Tracking:
    """Follows the faces of one video.

    `_slots` holds the frames that are not given yet, and in live mode only
    the latest. The latest detection was `_steps` frames before the last, and
    the latest look, which may have been at the known faces alone, `_unseen`.

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
        self._steps = self._unseen = self._checks = 0
        self._shot = 0
        self._shot_start_s = 0.0
        self._looked_s = 0.0
        self._detected = None

    def push(self, frame: Frame) -> list[Slot]:
        """Adds the next frame; returns the frames that are finished."""
        slot = Slot(frame, small_grey(find_grey(frame)))
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
        self._unseen += 1
        lost = self._advance()
        if lost or (self._is_due() and not self._check()):
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
            if track.person:
                self._people.add_glimpses(track.person, track.glimpses)
        self._note_together(given)
        self._slots, self._tracks = [], []
        self._steps = self._unseen = self._checks = 0
        return given

    def _is_due(self):
        elapsed = self._slots[-1].frame.time_s - self._looked_s
        return (
            elapsed >= self._settings.detect_every_s - 1e-6
            or self._unseen >= _limit_steps(self._slots[-1].frame)
            or (self._settings.live and any(not t.person for t in self._tracks))
        )

    def _check(self):
        """Looks at the known faces alone; says if that will do for now."""
        settings, frame = self._settings, self._slots[-1].frame
        ready = (
            self._tracks
            and not settings.live
            and self._checks < self._count_checks()
            # As many frames again have to be held back.
            and (self._steps + self._unseen) * frame.image.nbytes < _MOST_BYTES
            and all(track.person for track in self._tracks)
            and check(
                settings.detector,
                frame.image,
                self._tracks,
                settings.start_score,
            )
        )
        if ready:
            for track in self._tracks:
                seen = track.checks[self._steps]
                self._glance(track, frame.image, seen, frame.time_s)
            self._checks, self._unseen = self._checks + 1, 0
            self._looked_s = frame.time_s
        return ready

    def _count_checks(self):
        """How many looks at known faces may follow the latest detection."""
        height, width = self._slots[-1].frame.image.shape[:2]
        boxes = [
            corners / (width, height, width, height)
            for track in self._tracks
            for corners in (track.box, track.latest())
        ]
        calm = is_calm(self._detected, self._cuts.latest, boxes)
        return _MOST_CHECKS_IN_CALM if calm else _MOST_CHECKS

    def _detect(self):
        """Detects in the latest frame; gives the faces and descriptions."""
        self._detected = self._cuts.latest
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
        for track in self._tracks:
            if not found and self._steps in track.checks:
                seen[track] = track.checks[self._steps]  # just looked at
        rest = [track for track in self._tracks if track not in seen]
        image = slots[-1].frame.image
        seen |= confirm_lost(settings.detector, image, rest, found)
        alive, ended = [], []
        for track in self._tracks:
            path = [track.box, *track.path][-len(slots) :]
            if track in seen:
                known = {} if settings.live else {0: track.get_anchor()}
                known |= track.checks | {end: seen[track]}
                self._lay(track, slots, path, known)
                alive.append(track)
            elif not settings.live:
                known = {0: track.get_anchor()} | track.checks
                last = max(known)
                look = self._make_look(slots[last:], path[last:])
                later = find_last_seen(end - last, look)
                known |= {last + at: each for at, each in later.items()}
                self._lay(track, slots, path, known)
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
            track.path, track.checks = [], {}
        self._steps = self._unseen = self._checks = 0
        self._looked_s = time_s

    def link(self, gallery=None) -> tuple[dict[int, int], dict[int, str]]:
        """Finds which persons are one, and who they are; at the end.

        Args:
            gallery: A `FaceGallery`, or None.

        Returns:
            Each person who is an earlier one, with the number of that one;
            and the names of people.
        """
        people = self._people.list_people()
        if len(people) < 2 and gallery is None:
            return {}, {}
        means = {each: self._people.get_mean(each) for each in people}
        means = {each: v for each, v in means.items() if v is not None}
        links = link_people(means, self._together, self._people.get_likeness)
        if gallery is None:
            return links, {}
        return name_people(means, self._together, links, gallery)

    def _glance(self, track, image, detection, time_s):
        embedder = self._settings.embedder
        if embedder is not None:
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
