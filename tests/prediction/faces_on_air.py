"""Faces, frames and answers for the prediction path, without a picture."""

import numpy as np

from emoaff.faces import Frame
from emoaff.faces.detect import Detection
from emoaff.faces.track import Face
from emoaff.prediction.memory_cell import Cell

BOX = (1.0, 1.0, 4.0, 4.0)


class Finder:
    """Finds what it was told, by the number of the frame; counts looks."""

    def __init__(self, found):
        self.found, self.looked = found, []

    def detect(self, image):
        index = int(image[0, 0, 0])
        self.looked.append(index)
        return [
            Detection(box, score, np.zeros((5, 2), np.float32))
            for box, score in self.found(index)
        ]


def frame(index, rate=25.0):
    """A frame whose picture says which one it is."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[:] = (index % 256, 37 * index % 256, 91 * index % 256)
    return Frame(index, index / rate, image)


def face(person=1, score=0.9, box=BOX, detected=True):
    return Face(person, box, score, detected)


def seen(persons_of, rate=25.0):
    """Frames with faces; `persons_of` holds the persons of each frame."""
    for index, persons in enumerate(persons_of):
        yield frame(index, rate), [face(person) for person in persons]


def filled(memory, samples, count):
    """The cells of frames 0 to `count - 1`, some of them samples."""
    cells = [Cell(index) for index in range(count)]
    features = {f: np.float32([k]) for k, f in enumerate(samples)}
    for cell in cells:
        memory.add(cell, features.get(cell.frame))
    memory.finish()
    return cells


def answers(cells, name="expression"):
    """`(frames, c)`, NaN where there is no answer."""
    width = max(len(c.values[name]) for c in cells if c.values)
    missing = np.full(width, np.nan)
    return np.stack([c.values.get(name, missing) for c in cells])
