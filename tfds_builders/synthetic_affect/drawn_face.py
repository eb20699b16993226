"""Draws one person with any expression."""

import cv2
import numpy as np

from tfds_builders.synthetic_affect.actions import ACTIONS
from tfds_builders.synthetic_affect.actions import column
from tfds_builders.synthetic_affect.brush import Brush
from tfds_builders.synthetic_affect.face_shape import FaceShape
from tfds_builders.synthetic_affect.identity import Identity
from tfds_builders.synthetic_affect.palette import mix_palette
from tfds_builders.synthetic_affect.portrait import REGION
from tfds_builders.synthetic_affect.portrait import paint_portrait

_SIDES = ("left", "right")
# What expressions repaint, in the face's units: left, top, right, bottom.
_MOVING = (-0.9, -0.9, 0.9, 1.0)
# How dark a crease of the skin is: at rest, and by which actions.
_PAIRED_CREASES = {
    "crease": (0.45, {}),
    "under_eye": (0.15, {"squint": 0.5, "wrinkle": 0.2}),
    "fold": (0.2, {"smile": 0.45, "snarl": 0.6, "wrinkle": 0.2}),
    "ridges": (0.0, {"wrinkle": 0.9}),
    "furrow": (0.0, {"frown": 0.9, "inner": 0.3}),
    "wing": (0.5, {"wrinkle": 0.3}),
}
_SINGLE_CREASES = {
    "forehead_0": (0.0, {"brow": 0.5, "inner": 0.45}),
    "forehead_1": (0.0, {"brow": 0.5, "inner": 0.3}),
    "under_lip": (0.3, {"press": 0.3}),
    "chin": (0.0, {"press": 0.4, "smile": -0.35}),
}
_CREASE = 0.022  # width


class DrawnFace:
    """A person who can be drawn again and again, each time otherwise.

    Hair, skin and clothes are painted once. A frame then costs some forty
    outlines on a part of the picture.

    Args:
        identity: Who.
        detail: Pixels per unit of the face, which is half the face's height.
            Draw at up to twice the size that is wanted and shrink.
        light: Direction to the light: right, down, towards the camera.
        ambient: Share of the light that comes from everywhere, `[0, 1]`.

    Example:
    >>> who = draw_identity(np.random.default_rng(0))
    >>> picture = DrawnFace(who, 60).draw(np.zeros(len(ACTIONS)))
    """

    def __init__(
        self,
        identity: Identity,
        detail: float = 56.0,
        light: tuple[float, float, float] = (-0.3, -0.5, 0.8),
        ambient: float = 0.5,
    ):
        self.identity, self.detail = identity, detail
        self._colours = mix_palette(identity, ambient)
        self._portrait = paint_portrait(identity, detail, light, ambient)
        left, top, right, bottom = (
            round((edge - start) * detail)
            for edge, start in zip(_MOVING, 2 * REGION[:2], strict=True)
        )
        self._window = slice(top, bottom), slice(left, right)
        self._brush = Brush(
            detail, REGION[0] + left / detail, REGION[1] + top / detail
        )
        self._shape = FaceShape(identity)
        self._outlines = {
            name: self._shape.outline(name) for name in self._shape.names
        }
        self._creases = _creases()
        self._glasses = [
            self._brush.place(line) for line in _find_rims(identity)
        ]

    def draw(self, actions: np.ndarray) -> np.ndarray:
        """Draws the person with an expression.

        Args:
            actions: `(len(ACTIONS),)`, see `actions.ACTIONS`.

        Returns:
            `(height, width, 4)` uint8, RGB and opacity, of the region
            `portrait.REGION` at `detail` pixels per unit.
        """
        actions = self._personalise(actions)
        points = self._brush.place(self._shape.points(actions))
        at = {name: points[part] for name, part in self._outlines.items()}
        picture = self._portrait.copy()
        window = picture[self._window]
        patch = self._draw_creases(
            np.ascontiguousarray(window[..., :3]), at, actions
        )
        for side in _SIDES:
            nostril = at[f"nostril_{side}"][0]
            self._brush.fill_oval(
                patch, nostril, (0.055, 0.028), self._colours.nostril
            )
        self._draw_mouth(patch, at, actions)
        for side in _SIDES:
            self._draw_eye(patch, at, side)
            self._brush.fill(patch, at[f"brow_{side}"], self._colours.brow)
        for line in self._glasses:
            self._brush.stroke(patch, line, self._colours.frame, 0.03)
        window[..., :3] = cv2.blur(patch, (3, 3))
        return picture

    def _personalise(self, actions):
        """The actions as this person shows them, within what is possible."""
        who = self.identity
        own = actions * who.expressiveness
        for name in ("gaze_x", "gaze_y"):
            own[column(name)] = actions[column(name)]
        for name in ("open", "snarl", "press"):
            own[column(name)] = min(max(own[column(name)], 0.0), 1.6)
        own[column("press")] = min(own[column("press")], 1.0)
        # Where the upper lid meets the lower one.
        shut = -1 - who.rest_lids + 0.19 * own[column("squint")]
        own[column("lids")] = max(own[column("lids")], shut)
        return own

    def _draw_creases(self, patch, at, actions):
        names, rest, gains = self._creases
        depths = 255 * np.clip(rest + gains @ actions, 0, 1)
        skin = np.zeros(patch.shape[:2], "uint8")
        for name, depth in zip(names, depths.tolist(), strict=True):
            if depth > 12:
                self._brush.stroke(skin, at[name], depth, _CREASE)
        skin = cv2.GaussianBlur(skin, (0, 0), 0.016 * self.detail)
        kept = cv2.convertScaleAbs(skin, alpha=-0.6, beta=255)
        return cv2.multiply(patch, cv2.merge((kept,) * 3), scale=1 / 255)

    def _draw_mouth(self, patch, at, actions):
        brush, colours = self._brush, self._colours
        brush.fill(patch, at["lower_lip"], colours.lip)
        brush.fill(patch, at["upper_lip"], colours.upper_lip)
        if actions[column("open")] + actions[column("snarl")] < 0.08:
            brush.stroke(patch, at["lip_line"], colours.lip_line, 0.028)
            return

        def inside(mouth, corner):
            mouth[:] = colours.mouth
            brush.fill(mouth, at["tongue"] - corner, colours.tongue)
            brush.fill(mouth, at["teeth"] - corner, colours.tooth)

        brush.within(patch, at["opening"], inside)

    def _draw_eye(self, patch, at, side):
        brush, colours = self._brush, self._colours
        size = self.identity.eye_size
        lid = at[f"lid_{side}"]

        def inside(eye, corner):
            eye[:] = colours.white
            centre = at[f"iris_{side}"][0] - corner
            brush.fill_disc(eye, centre, 0.50 * size, colours.iris_edge)
            brush.fill_disc(eye, centre, 0.43 * size, colours.iris)
            brush.fill_disc(eye, centre, 0.22 * size, colours.pupil)
            brush.stroke(eye, lid - corner, colours.lid_shadow, 0.05)
            glint = centre + brush.length(-0.16 * size)
            brush.fill_disc(eye, glint, 0.10 * size, colours.glint)

        brush.within(patch, at[f"eye_{side}"], inside)
        brush.stroke(patch, lid, colours.lash, 0.032)


def _creases():
    """Names, darkness at rest, and darkness by action, of all creases."""
    creases = {
        f"{name}_{side}": crease
        for name, crease in _PAIRED_CREASES.items()
        for side in _SIDES
    }
    creases |= _SINGLE_CREASES
    gains = np.zeros((len(creases), len(ACTIONS)))
    for row, (_, causes) in enumerate(creases.values()):
        for name, gain in causes.items():
            gains[row, column(name)] = gain
    rest = np.array([rest for rest, _ in creases.values()])
    return tuple(creases), rest, gains


def _find_rims(identity):
    """The lines of a person's glasses, if there are any."""
    if not identity.glasses:
        return
    angle = np.linspace(0, 2 * np.pi, 25)
    half = 1.4 * identity.eye_size
    rim = half * np.stack([np.cos(angle), 0.95 * np.sin(angle)], axis=1)
    hinge = identity.eye_spacing + half
    for sign in (-1, 1):
        yield rim + (sign * identity.eye_spacing, -0.13)
        yield np.array([(sign * hinge, -0.17), (sign * identity.width, -0.2)])
    bridge = identity.eye_spacing - half
    yield np.array([(-bridge, -0.17), (0, -0.2), (bridge, -0.17)])
