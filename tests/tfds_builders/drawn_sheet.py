"""A sheet of drawn faces, kept beside this file to see when they change.

    python -m tests.tfds_builders.drawn_sheet

draws it anew.
"""

import pathlib

import cv2
import numpy as np

from tfds_builders.synthetic_affect import Builder

SHEET = pathlib.Path(__file__).with_name("drawn_sheet.png")
CONFIGS = tuple(Builder.builder_configs)
PEOPLE = range(4)
FRAMES = (0, 15, 30)


def first_segment(config, person, data_dir=None):
    """Draws the first frames of one person of a corpus."""
    builder = Builder(data_dir=data_dir, config=config)
    _, segment = next(builder._generate_examples(range(person, person + 1)))
    return segment["frames"]


def row(frames):
    """Returns `(32, 96)` grey levels of three frames."""
    faces = []
    for number in FRAMES:
        frame = frames[min(number, len(frames) - 1)]
        stored = np.frombuffer(frame["image"], np.uint8)
        grey = cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE)
        faces.append(cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA))
    return np.hstack(faces)


def sheet(data_dir=None):
    """Returns a row per corpus, with the faces of its first people."""
    return np.vstack(
        [
            np.hstack([row(first_segment(c, p, data_dir)) for p in PEOPLE])
            for c in CONFIGS
        ]
    )


if __name__ == "__main__":
    cv2.imwrite(str(SHEET), sheet())
