"""Puts a drawn person before a background and looks at them."""

import dataclasses
import math

import cv2
import numpy as np

from tfds_builders.synthetic_affect.actions import column
from tfds_builders.synthetic_affect.drawn_face import DrawnFace
from tfds_builders.synthetic_affect.portrait import REGION

# The face as a detector boxes it, in units: left, top, right, bottom.
FACE_BOX = (-0.72, -0.90, 0.72, 0.95)


@dataclasses.dataclass(frozen=True)
class Pose:
    """Where a head is.

    Args:
        x: Pixels from the scene's left edge to the middle of the face.
        y: Pixels from its top edge.
        size: Pixels of half the face's height.
        roll: Tilt in radians, clockwise.
        yaw: Turn, over 0 to the picture's right.
        pitch: Nod, over 0 downwards.
    """

    x: float
    y: float
    size: float
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0

    def box(self) -> tuple[float, float, float, float]:
        """Returns the face's box in the scene, `(x, y, w, h)` in pixels."""
        left, top, right, bottom = FACE_BOX
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        cosine, sine = math.cos(self.roll), math.sin(self.roll)
        x = self.x + self.size * (cosine * middle_x - sine * middle_y)
        y = self.y + self.size * (sine * middle_x + cosine * middle_y)
        width = self.size * (right - left)
        height = self.size * (bottom - top)
        return x - width / 2, y - height / 2, width, height


class Scene:
    """A person before a background.

    Args:
        face: The person.
        background: `(height, width, 3)` uint8 RGB; its size is the scene's.
    """

    def __init__(self, face: DrawnFace, background: np.ndarray):
        self._face, self._background = face, background
        self._grids = {}

    def whole(self, actions: np.ndarray, pose: Pose) -> np.ndarray:
        """Draws the whole scene.

        Args:
            actions: `(len(ACTIONS),)`, see `actions.ACTIONS`.
            pose: Where the head is.

        Returns:
            `(height, width, 3)` float32 RGB, 0-255.
        """
        height, width = self._background.shape[:2]
        return self.view(actions, pose, (0, 0, width, height), (width, height))

    def view(
        self,
        actions: np.ndarray,
        pose: Pose,
        window: tuple[float, float, float, float],
        size: tuple[int, int],
    ) -> np.ndarray:
        """Draws a part of the scene at any size, without drawing the rest.

        Args:
            actions: `(len(ACTIONS),)`, see `actions.ACTIONS`.
            pose: Where the head is.
            window: `(x, y, w, h)` in pixels of the scene; may leave it.
            size: Width and height of the result in pixels.

        Returns:
            `(height, width, 3)` float32 RGB, 0-255.
        """
        step_x, step_y = window[2] / size[0], window[3] / size[1]
        left, top = window[0] + step_x / 2, window[1] + step_y / 2
        behind = cv2.warpAffine(
            self._background,
            np.array([[step_x, 0, left - 0.5], [0, step_y, top - 0.5]]),
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        ).astype("f4")
        columns, rows = self._grid(size)
        x = left + step_x * columns - pose.x
        y = top + step_y * rows - pose.y
        cosine = math.cos(pose.roll) / pose.size
        sine = math.sin(pose.roll) / pose.size
        across = cosine * x + sine * y
        down = cosine * y - sine * x
        opening = max(float(actions[column("open")]), 0.0)
        person = self._turned(
            self._face.draw(actions), across, down, pose, opening
        ).astype("f4")
        share = person[..., 3:] * np.float32(1 / 255)
        behind += (person[..., :3] - behind) * share
        return behind

    def _grid(self, size):
        if size not in self._grids:
            self._grids[size] = (
                np.arange(size[0], dtype="f4")[None, :],
                np.arange(size[1], dtype="f4")[:, None],
            )
        return self._grids[size]

    def _turned(self, picture, across, down, pose, opening):
        """Looks up the picture of a head that turns, nods and opens a jaw."""
        bulge = np.exp(-1.4 * (across * across + down * down))
        jaw = np.exp(-5.0 * np.square(down - 0.85) - 2.0 * np.square(across))
        detail = float(self._face.detail)
        source_x = across - 0.35 * pose.yaw * bulge
        source_y = down - 0.35 * pose.pitch * bulge
        source_y -= 0.11 * min(opening, 1.2) * jaw
        source_x = (source_x - REGION[0]) * detail - 0.5
        source_y = (source_y - REGION[1]) * detail - 0.5
        # The body goes on below the picture's edge.
        np.minimum(source_y, len(picture) - 1, out=source_y)
        return cv2.remap(
            picture,
            source_x,
            source_y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0, 0),
        )
