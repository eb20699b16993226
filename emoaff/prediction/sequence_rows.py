"""From frames with faces to rows, by a model with a memory of each person."""

import collections
import dataclasses
import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.prediction.face_rows import CROPS
from emoaff.prediction.face_rows import FRAMES
from emoaff.prediction.face_rows import make_row
from emoaff.prediction.memory_cell import Cell
from emoaff.prediction.row import Row


@dataclasses.dataclass(eq=False)
class Person:
    """One person, from the first frame to where the memory is reset.

    Args:
        memory: Takes cells and features; see `WindowMemory`.
        sampler: Picks the samples; see `PersonSampler`.
        place: Number of the latest frame with the person, of those looked at.
        time_s: Its time.
    """

    memory: object
    sampler: object
    place: int = -1
    time_s: float = math.nan


class SequenceRows:
    """Turns frames with faces into rows; the image model sees a face once.

    A person's memory begins anew after more than `gap_s` seconds without that
    person (`0`: after any frame without), and never passes to another. Memory
    does not grow with the video: a row is given as soon as nothing that
    follows can change it, and those of later frames wait for it.

    Args:
        preset: Names the outputs.
        crop: `(frame, box)` to what the image model takes.
        encode: List of these to `(n, features)`.
        person: Makes a `Person` for one who appears.
        gap_s: Seconds, may be infinite.
        only_detected: Whether a sample must have been detected in its frame.
        wait: Frames to wait for a batch of crops to fill; 1 to give each
            frame at once.
    """

    def __init__(
        self,
        preset,
        crop: Callable,
        encode: Callable,
        person: Callable[[], Person],
        gap_s: float = 1.0,
        only_detected: bool = False,
        wait: int = FRAMES,
    ):
        self._preset, self._crop, self._encode = preset, crop, encode
        self._new, self._gap_s = person, gap_s
        self._only_detected, self._wait = only_detected, wait
        self._persons: dict[int, Person] = {}
        self._crops, self._work = [], []
        # Frames whose rows are not given yet: number, time, faces, cells.
        self._open: collections.deque = collections.deque()
        self._place = self._waited = 0

    def __call__(
        self, observed: Iterable[tuple[Frame, list[Face]]]
    ) -> Iterator[Row]:
        """Yields the rows in the order of frames, then persons."""
        for frame, faces in observed:
            yield from self.push(frame, faces)
        yield from self.finish()

    def push(self, frame: Frame, faces: list[Face]) -> Iterator[Row]:
        """Adds the next frame and yields the rows that are certain now."""
        place = self._place
        self._part_with_absent(place, frame.time_s, faces)
        cells = [self._meet(place, frame, face) for face in faces]
        self._open.append((frame.index, frame.time_s, faces, cells))
        self._place += 1
        self._waited += 1
        if len(self._crops) >= CROPS or self._waited >= self._wait:
            self._compute()
            self._waited = 0
            yield from self._take_ready_rows()

    def finish(self) -> Iterator[Row]:
        """Yields the rows that are left when the video is at its end."""
        self._work += [(p.memory, None, None) for p in self._persons.values()]
        self._persons = {}
        self._compute()
        yield from self._take_ready_rows()

    def _part_with_absent(self, place, time_s, faces):
        """Ends the memory of those who have been away for too long."""
        here = {face.person for face in faces}
        for number, person in list(self._persons.items()):
            away = place - person.place - (number in here)
            if away and time_s - person.time_s > self._gap_s + 1e-9:
                self._work.append((person.memory, None, None))
                del self._persons[number]

    def _meet(self, place, frame, face):
        person = self._persons.get(face.person)
        if person is None:
            person = self._persons[face.person] = self._new()
        person.place, person.time_s = place, frame.time_s
        cell, crop = Cell(frame.index), None
        may = face.detected or not self._only_detected
        if may and person.sampler.takes(frame.index, frame.time_s):
            crop = len(self._crops)
            self._crops.append(self._crop(frame, face.box))
        self._work.append((person.memory, cell, crop))
        return cell

    def _compute(self):
        """Runs the image model, then the memories, in order."""
        features = self._encode(self._crops) if self._crops else None
        for memory, cell, crop in self._work:
            if cell is None:
                memory.finish()
            else:
                memory.add(cell, None if crop is None else features[crop])
        self._crops, self._work = [], []

    def _take_ready_rows(self):
        while self._open and all(
            cell.values is not None for cell in self._open[0][3]
        ):
            index, time_s, faces, cells = self._open.popleft()
            if not faces:
                yield Row(index, time_s)
            for face, cell in zip(faces, cells, strict=True):
                values = self._name(cell.values)
                yield make_row(index, time_s, face, values)

    def _name(self, answers):
        """What the model says of one face, by name; empty if nothing."""
        batch = {name: np.asarray(v)[None] for name, v in answers.items()}
        named = self._preset.named(batch)
        return {name: values[0] for name, values in named.items()}
