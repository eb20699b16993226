"""Things that pass before a face: a hand, a cup, a passer-by."""

import cv2
import numpy as np

_FRACTION = 4  # bits


class Occluder:
    """One soft thing that comes, stays a moment before the face and goes.

    Args:
        rng: Source of chance.
        frames: Number of frames of the recording.
        fps: Frames a second.
        skin: RGB, 0-255, of a hand; half of the things are hands.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        frames: int,
        fps: float,
        skin: tuple[int, int, int],
    ):
        start = rng.uniform(0, 0.8) * frames / fps
        stay = rng.uniform(0.4, 1.5)
        clock = np.arange(frames) / fps - start
        # Far below until it rises, there for a while, and down again.
        away = np.maximum(np.abs(clock - stay / 2) - stay / 2, 0) / 0.4
        self._away = np.minimum(away, 1)
        self._place = rng.uniform(-0.6, 0.6), rng.uniform(0.45, 0.9)
        self._radii = rng.uniform(0.25, 0.45), rng.uniform(0.2, 0.4)
        self._angle = rng.uniform(-60, 60)
        colour = np.array(skin) * 0.9
        if rng.random() < 0.5:
            colour = rng.uniform(20, 230, 3)
        self._colour = colour.astype("f4")

    def cover(
        self,
        picture: np.ndarray,
        frame: int,
        middle: tuple[float, float],
        unit: float,
    ) -> None:
        """Draws the thing in place, where it is in this frame.

        Args:
            picture: `(height, width, 3)` float32 RGB.
            frame: Number of the frame.
            middle: Pixels x, y of the middle of the face.
            unit: Pixels of half the face's height.
        """
        away = float(self._away[frame])
        if away == 1:
            return
        x = middle[0] + unit * self._place[0]
        y = middle[1] + unit * (self._place[1] + 2 * away)
        one = 1 << _FRACTION
        mask = np.zeros(picture.shape[:2], "uint8")
        cv2.ellipse(
            mask,
            (round(x * one), round(y * one)),
            tuple(round(radius * unit * one) for radius in self._radii),
            self._angle,
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
            _FRACTION,
        )
        # An arm, down to the picture's lower edge and beyond.
        cv2.line(
            mask,
            (round(x * one), round(y * one)),
            (round((x + 0.2 * unit) * one), round((y + 5 * unit) * one)),
            255,
            max(round(0.5 * self._radii[0] * unit), 1),
            cv2.LINE_AA,
            _FRACTION,
        )
        share = mask[..., np.newaxis].astype("f4") / 255
        picture += (self._colour - picture) * share
