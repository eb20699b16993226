"""Draws what is behind a person."""

import cv2
import numpy as np


def draw_background(
    rng: np.random.Generator, size: int, clutter: int
) -> np.ndarray:
    """Draws a wall with soft stains and some blurred things before it.

    Args:
        rng: Source of chance.
        size: Height and width in pixels.
        clutter: Number of things.

    Returns:
        `(size, size, 3)` uint8 RGB.
    """
    base = rng.uniform(50, 215) + rng.normal(0, 14, 3)
    coarse = rng.normal(0, 10, (6, 6, 1)) + rng.normal(0, 5, (6, 6, 3))
    stains = cv2.resize(
        coarse.astype("f4"), (size, size), interpolation=cv2.INTER_CUBIC
    )
    picture = np.clip(base + stains, 0, 255).astype("uint8")
    for _ in range(clutter):
        _draw_thing(rng, picture, size)
    picture = cv2.GaussianBlur(picture, (0, 0), size * rng.uniform(0.004, 0.02))
    grain = rng.normal(0, 2.5, (size, size, 1))
    return np.clip(picture + grain, 0, 255).astype("uint8")


def _draw_thing(rng, picture, size):
    colour = rng.uniform(20, 235) + rng.normal(0, 30, 3)
    colour = tuple(float(c) for c in np.clip(colour, 0, 255))
    x, y = (int(value) for value in rng.uniform(0, size, 2))
    w, h = (int(value) for value in rng.uniform(0.05, 0.35, 2) * size)
    kind = rng.integers(3)
    if kind == 0:  # a frame or a window
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
        edge = tuple(0.5 * c for c in colour)
        cv2.rectangle(picture, (x, y), (x + w, y + h), edge, 2)
    elif kind == 1:  # a lamp or a plant
        cv2.ellipse(
            picture, (x, y), (w // 2 + 1, h // 2 + 1), 0, 0, 360, colour, -1
        )
    else:  # a shelf, a door or a pole
        if rng.random() < 0.5:
            cv2.rectangle(picture, (x, 0), (x + w // 3, size), colour, -1)
        else:
            cv2.rectangle(picture, (0, y), (size, y + h // 4), colour, -1)
