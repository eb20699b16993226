"""Scenes of textured squares that move, and a detector that knows them."""

import cv2
import numpy as np

from emoaff.faces import Detection
from emoaff.faces import Frame

WIDTH, HEIGHT = 320, 240


def texture(seed):
    """A blurred pattern in colours of its own, 64x64, uint8."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 50, (8, 8, 1)) + rng.normal(0, 12, (8, 8, 3))
    image = cv2.resize(coarse, (64, 64), interpolation=cv2.INTER_CUBIC)
    return np.clip(image + rng.uniform(60, 200, 3), 0, 255).astype(np.uint8)


class Person:
    """A square face that moves, with hair above and a coat below.

    `where` gives the face's `(x, y, side)` at a frame number, or None while
    the person is away.
    """

    def __init__(self, seed, where):
        rng = np.random.default_rng(100 + seed)
        hair, coat = rng.integers(0, 256, (2, 3))
        self.figure = np.empty((144, 80, 3), np.float32)
        self.figure[:] = coat
        self.figure[:72] = hair
        self.figure[24:88, 8:72] = texture(seed)
        self.where = where

    def box(self, number):
        place = self.where(number)
        return None if place is None else (*place, place[2])


class Scene:
    """Frames of people before backgrounds, and the faces that can be seen.

    Two backgrounds take turns at the cuts. Later people stand in front. A
    face can be seen while 70% of it is inside of the picture and not covered
    by another face. `blind` are frames in which the detector
    sees nothing; `extra` maps a frame to a false face: box and score.
    """

    def __init__(
        self, people, count, fps=25, cuts=(), blind=(), extra=None, score=0.99
    ):
        self.people, self.count, self.fps = people, count, fps
        self.cuts, self.blind, self.extra = cuts, set(blind), extra or {}
        self.score = score
        self.looks = 0  # at whole pictures
        self.checks = 0  # at places
        self._numbers = {}

    def frames(self):
        """Yields the frames."""
        for number in range(self.count):
            image = self._paint(number)
            self._numbers[image.tobytes()] = number
            yield Frame(number, number / self.fps, image)

    def _paint(self, number):
        shot = sum(number >= cut for cut in self.cuts) % 2
        rng = np.random.default_rng(1000 + shot)
        coarse = rng.integers(0, 256, (6, 8, 3)).astype("float32")
        image = cv2.resize(coarse, (WIDTH, HEIGHT))
        for person in self.people:
            if person.box(number) is not None:
                x, y, side, _ = person.box(number)
                scale = side / 64
                cv2.warpAffine(
                    person.figure,
                    np.float64(
                        [[scale, 0, x - 8 * scale], [0, scale, y - 24 * scale]]
                    ),
                    (WIDTH, HEIGHT),
                    image,
                    borderMode=cv2.BORDER_TRANSPARENT,
                )
        image[0, 0] = number % 256, number // 256, shot
        return np.clip(image, 0, 255).astype(np.uint8)

    def seen(self, number):
        """Gives the boxes of the faces that can be seen, by person."""
        if number in self.blind:
            return {}
        covered = np.zeros((HEIGHT, WIDTH), bool)
        boxes = {}
        for index in reversed(range(len(self.people))):
            box = self.people[index].box(number)
            if box is None:
                continue
            x1, y1 = (int(max(v, 0)) for v in box[:2])
            x2, y2 = (int(v + box[2]) for v in box[:2])
            free = np.sum(~covered[y1 : max(y2, 0), x1 : max(x2, 0)])
            if free >= 0.7 * box[2] ** 2:
                boxes[index] = tuple(map(float, box))
            covered[y1 : max(y2, 0), x1 : max(x2, 0)] = True
        return boxes

    def detect(self, image):
        """Stands in for `FaceDetector.detect`."""
        self.looks += 1
        number = self._numbers[image.tobytes()]
        found = [(box, self.score) for box in self.seen(number).values()]
        if number in self.extra:
            found.append(self.extra[number])
        return [
            Detection(box, score, np.zeros((5, 2), "float32"))
            for box, score in found
        ]

    def confirm(self, image, boxes):
        """Stands in for `FaceDetector.confirm`."""
        self.looks -= 1
        self.checks += 1
        found = self.detect(image)
        return [
            next((f for f in found if overlap(f.box, box) >= 0.4), None)
            for box in boxes
        ]


def overlap(first, second):
    """Intersection over union of two x, y, w, h, by counting it out."""
    (x, y, w, h), (u, v, r, s) = first, second
    shared = max(min(x + w, u + r) - max(x, u), 0)
    shared *= max(min(y + h, v + s) - max(y, v), 0)
    return shared / (w * h + r * s - shared)
