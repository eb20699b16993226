"""Films one synthetic recording, as face crops or as whole scenes."""

from collections.abc import Iterator

import numpy as np

from tfds_builders.synthetic_affect.actions import act
from tfds_builders.synthetic_affect.background import draw_background
from tfds_builders.synthetic_affect.camera import Shot
from tfds_builders.synthetic_affect.drawn_face import DrawnFace
from tfds_builders.synthetic_affect.identity import Identity
from tfds_builders.synthetic_affect.motion import disturb
from tfds_builders.synthetic_affect.motion import draw_poses
from tfds_builders.synthetic_affect.occluder import Occluder
from tfds_builders.synthetic_affect.scene import FACE_BOX
from tfds_builders.synthetic_affect.scene import Pose
from tfds_builders.synthetic_affect.scene import Scene
from tfds_builders.synthetic_affect.styles import Style

CROP = 64  # pixels
MARGIN = 0.2  # as in emoaff.faces.crop_face
_SCENE = 256  # pixels, of the scene that crops are taken from
_BOX_ERROR = 0.012  # of a detector, as a share of the crop's side


def film_crops(
    rng: np.random.Generator,
    identity: Identity,
    style: Style,
    truth: np.ndarray,
    has_face: np.ndarray,
) -> Iterator[np.ndarray]:
    """Draws the face crops of one recording.

    Args:
        rng: Source of chance.
        identity: Who is filmed.
        style: How.
        truth: `(frames, 2)`, valence and arousal.
        has_face: `(frames,)`, where the detector finds the face.

    Yields:
        `(CROP, CROP, 3)` uint8 RGB for each frame that has a face.
    """
    unit = CROP / ((1 + MARGIN) * (FACE_BOX[3] - FACE_BOX[1]))
    take = _Take(rng, identity, style, truth, _SCENE, CROP, 2 * unit)
    errors = rng.normal(0, _BOX_ERROR, (len(truth), 3))
    for frame in np.flatnonzero(has_face):
        window = _make_square(take.poses[frame].box(), errors[frame])
        yield take.film(frame, window, unit)


def film_scenes(
    rng: np.random.Generator,
    identity: Identity,
    style: Style,
    truth: np.ndarray,
    size: int = 256,
) -> Iterator[tuple[np.ndarray, Pose]]:
    """Draws the whole pictures of one recording.

    The face is 40 to 52 % of the picture's height, if it does not move to
    or fro.

    Args:
        rng: Source of chance.
        identity: Who is filmed.
        style: How.
        truth: `(frames, 2)`, valence and arousal.
        size: Height and width in pixels.

    Yields:
        `(size, size, 3)` uint8 RGB, and where the head is, of each frame.
    """
    unit = 0.23 * size
    take = _Take(rng, identity, style, truth, size, size, 1.5 * unit)
    for frame, pose in enumerate(take.poses):
        yield take.film(frame, (0.0, 0.0, float(size), float(size)), unit), pose


class _Take:
    """One recording: who, where and with which camera."""

    def __init__(self, rng, identity, style, truth, scene, size, detail):
        frames = len(truth)
        self._size = size
        self.poses = draw_poses(rng, frames, style.fps, style.motion, scene)
        self._actions = disturb(
            rng, act(*truth.astype(float).T), style.fps, style.motion
        )
        angle = rng.uniform(-np.pi, 0)  # from above
        light = np.cos(angle), 0.7 * np.sin(angle), rng.uniform(0.7, 1.2)
        face = DrawnFace(
            identity, detail, light, rng.uniform(*style.camera.ambient)
        )
        clutter = rng.integers(*style.clutter, endpoint=True)
        self._scene = Scene(face, draw_background(rng, scene, clutter))
        self._occluder = None
        if rng.random() < style.occluder:
            self._occluder = Occluder(rng, frames, style.fps, identity.skin)
        self._shot = Shot(
            rng, style.camera, frames, style.fps, size, np.mean(identity.skin)
        )

    def film(self, frame, window, unit):
        pose = self.poses[frame]
        zoom = self._size / window[2]
        picture = self._scene.view(
            self._actions[frame], pose, window, (self._size, self._size)
        )
        if self._occluder is not None:
            middle = (pose.x - window[0]) * zoom, (pose.y - window[1]) * zoom
            self._occluder.cover(picture, frame, middle, unit)
        before = self.poses[max(frame - 1, 0)]
        moved = (pose.x - before.x) * zoom, (pose.y - before.y) * zoom
        return self._shot.take(picture, frame, moved, unit)


def _make_square(box, error):
    """Returns the square that is cut for a box found imprecisely."""
    x, y, w, h = box
    across, down, larger = error.tolist()
    side = max(w, h) * (1 + MARGIN) * (1 + larger)
    left = x + w / 2 + (across - 0.5) * side
    top = y + h / 2 + (down - 0.5) * side
    return left, top, side, side
