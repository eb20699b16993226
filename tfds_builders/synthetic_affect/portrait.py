"""Paints the parts of a drawn person that no expression moves."""

import cv2
import numpy as np

from tfds_builders.synthetic_affect.face_shape import EYE_Y
from tfds_builders.synthetic_affect.face_shape import MOUTH_Y
from tfds_builders.synthetic_affect.identity import Identity

# What a portrait shows, in the face's units: left, top, right, bottom.
REGION = (-2.1, -1.9, 2.1, 3.0)


def paint_portrait(
    identity: Identity,
    detail: float,
    light: tuple[float, float, float],
    ambient: float = 0.5,
) -> np.ndarray:
    """Paints head, hair, neck and shoulders without eyes, brows and mouth.

    Args:
        identity: Whose portrait.
        detail: Pixels per unit of the face.
        light: Direction to the light as seen in the picture: right, down,
            towards the camera. Of any length.
        ambient: Share of the light that comes from everywhere, `[0, 1]`.

    Returns:
        `(height, width, 4)` uint8 RGB and opacity of `REGION`.
    """
    return _Painter(identity, detail, light, ambient).paint()


class _Painter:
    def __init__(self, identity, detail, light, ambient):
        self.who, self.detail, self.ambient = identity, detail, ambient
        left, top, right, bottom = REGION
        width, height = (
            round((right - left) * detail),
            round((bottom - top) * detail),
        )
        self.x = (left + (np.arange(width, dtype="f4") + 0.5) / detail)[None]
        self.y = (top + (np.arange(height, dtype="f4") + 0.5) / detail)[:, None]
        self.shape = height, width
        self.light = np.array(light, "f4") / np.linalg.norm(light)
        self.rng = np.random.default_rng(identity.texture_seed)
        self.colour = np.full((height, width, 3), identity.hair, "f4")
        self.opacity = np.zeros((height, width), "f4")

    def paint(self):
        who, x, y = self.who, self.x, self.y
        style = who.hair_style
        cloth, hair = self._paint_cloth(), self._paint_hair()
        head = self._head(1.0)
        if style == "long":
            back = self._mask_ellipse(0, -0.05, who.width + 0.22, 1.22)
            back = np.maximum(
                back, self._box(0, 0.65, who.width + 0.24, 0.75, 0.2)
            )
            self._lay(hair * 0.8, back)
        elif style == "curly":
            self._lay(hair * 0.85, self._mask_curls())
        elif style == "bun":
            self._lay(hair * 0.9, self._mask_ellipse(0, -1.28, 0.36, 0.32))
        neck_skin, skin = self._paint_skin()
        neck = self._box(0, 1.0, 0.44, 0.75, 0.1)
        shade = 0.72 - 0.25 * _make_bump(y - 0.98, 0.22) + 0 * x
        self._lay(neck_skin * shade[..., None], neck)
        self._lay(cloth, self._mask_shoulders())
        if style == "scarf":
            self._lay(cloth, self._mask_wrap())
        elif style not in ("long", "curly"):
            for sign in (-1, 1):
                ear = self._mask_ellipse(
                    sign * (who.width + 0.03), 0.0, 0.1, 0.2
                )
                self._lay(skin * 0.86, ear)
        self._lay(skin, head)
        self._cover(hair, cloth, head)
        painted = np.dstack([np.clip(self.colour, 0, 255), 255 * self.opacity])
        return (painted + 0.5).astype("uint8")

    def _cover(self, hair, cloth, head):
        """Paints what lies over the forehead."""
        who, x = self.who, self.x
        style = who.hair_style
        if style == "bald":
            return
        if style == "scarf":
            opening = self._mask_ellipse(0, 0.14, who.width * 0.95, 0.98)
            self._lay(
                cloth, np.maximum(head, self._mask_wrap()) * (1 - opening)
            )
            return
        if style == "beanie":
            cap = self._head(1.1) * self._mask_above(-0.60 + 0.05 * x**2)
            self._lay(cloth * 0.95, cap)
            rim = cap * (1 - self._mask_above(-0.80 + 0.05 * x**2))
            self._lay(cloth * 0.75, rim)
            return
        side = who.smirk_side
        if style == "parted":
            edge = -0.60 + 0.28 * (x * side - 0.35) ** 2 - 0.12 * x * side
        elif style in ("long", "bun"):
            edge = -0.74 + 1.1 * np.abs(x / who.width) ** 3
        elif style == "curly":
            edge = -0.62 + 0.5 * np.abs(x / who.width) ** 4
        else:
            edge = -0.70 + 0.52 * np.abs(x / who.width) ** 5
        ragged = cv2.GaussianBlur(
            self.rng.normal(0, 1, (1, self.shape[1])).astype("f4"),
            (0, 0),
            self.detail * 0.03,
        )
        edge = edge + 0.12 * ragged
        limit = 0.75 if style == "long" else 0.02
        top = (
            self._head(1.09)
            * self._mask_above(edge)
            * self._mask_above(limit + 0 * x)
        )
        self._lay(hair, top)

    def _paint_skin(self):
        who, x, y = self.who, self.x, self.y
        shade = self._shade()
        skin = np.array(who.skin, "f4") * shade[..., None]
        red = np.zeros(self.shape, "f4")
        for sign in (-1, 1):
            red += (
                0.5
                * _make_bump(x - sign * 0.42, 0.2)
                * _make_bump(y - 0.2, 0.16)
            )
        red += 0.5 * _make_bump(x, 0.12) * _make_bump(y - 0.22, 0.12)
        skin *= 1 - red[..., None] * np.array([0.0, 0.16, 0.14], "f4")
        spots = self._noise(0.02) * (0.02 + 0.04 * who.freckles)
        spots += self._noise(0.12) * 0.025
        skin *= 1 + spots[..., None]
        return skin, self._add_beard(skin)

    def _add_beard(self, skin):
        who, x, y = self.who, self.x, self.y
        if not who.beard and not who.moustache:
            return skin
        ring = _step(y, 0.22, 0.55) * (1 - 0.0 * x)
        ring = np.maximum(ring, _step(np.abs(x) / who.width, 0.86, 0.97))
        ring = ring * _step(y, -0.15, 0.1)
        lips = _make_bump(x, 0.26) * _make_bump(y - MOUTH_Y, 0.09)
        beard = who.beard * ring * (1 - np.minimum(1.2 * lips, 1))
        nose = EYE_Y + who.nose_length
        lip_y = (nose + MOUTH_Y) / 2 + 0.01 + 0.25 * x**2
        moustache = who.moustache * _make_bump(x, 0.3) ** 0.5
        moustache = moustache * _make_bump(y - lip_y, 0.065)
        dense = np.maximum(beard, moustache)
        dense = np.clip(dense * (1 + 0.25 * self._noise(0.012)), 0, 1)
        colour = (
            np.array(who.hair, "f4") * (1 + 0.1 * self._noise(0.02))[..., None]
        )
        share = 0.85 * dense[..., None]
        return skin * (1 - share) + colour * share

    def _shade(self):
        """Light on a head: an ellipsoid with a nose, sockets and cheeks."""
        who, x, y = self.who, self.x, self.y
        inside = 1 - (x / (who.width * 1.12)) ** 2 - (y / 1.22) ** 2
        relief = 0.8 * np.sqrt(np.maximum(inside, 0.01))
        tip = EYE_Y + who.nose_length
        ramp = _step(y, EYE_Y - 0.1, tip - 0.04)
        ramp = ramp * (1 - _step(y, tip, tip + 0.1))
        spread = 0.07 + 0.5 * who.nose_width * ramp
        relief = relief + 0.24 * ramp * np.exp(-((x / spread) ** 2))
        for sign in (-1, 1):
            eye = x - sign * who.eye_spacing
            relief -= 0.09 * _make_bump(eye, 0.17) * _make_bump(y - EYE_Y, 0.11)
            relief += (
                0.03
                * _make_bump(eye, 0.25)
                * _make_bump(y - EYE_Y + 0.25, 0.09)
            )
            cheek = x - sign * 0.42
            relief += (
                0.05 * _make_bump(cheek, 0.18) * _make_bump(y - 0.18, 0.15)
            )
        relief += 0.05 * _make_bump(x, 0.2) * _make_bump(y - 0.84, 0.12)
        relief += 0.05 * _make_bump(x, 0.28) * _make_bump(y - MOUTH_Y, 0.13)
        down, right = np.gradient(relief, 1 / self.detail)
        normal = np.stack([-right, -down, np.ones_like(right)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        lit = np.maximum(normal @ self.light, 0)
        # Full light on what faces the camera, whatever its direction.
        lit = lit / max(float(self.light[2]), 0.35)
        shade = self.ambient + (1 - self.ambient) * np.minimum(lit, 1.25)
        below = _make_bump(x, who.nose_width * 1.1) * _make_bump(
            y - tip - 0.09, 0.05
        )
        return shade * (1 - 0.18 * below)

    def _paint_hair(self):
        strands = self.rng.normal(0, 1, self.shape).astype("f4")
        long = max(round(self.detail * 0.5), 3)
        strands = cv2.blur(strands, (1, long)) * long**0.5
        strands = cv2.GaussianBlur(strands, (0, 0), self.detail * 0.012)
        lit = (
            0.85
            + 0.25 * _make_bump(self.y + 0.95, 0.3)
            + 0.1 * self._compute_lean()
        )
        tone = np.maximum(lit + 0.14 * strands, 0.2)
        return np.array(self.who.hair, "f4") * tone[..., None] + 4

    def _paint_cloth(self):
        tone = 0.85 + 0.12 * self._compute_lean() + 0.05 * self._noise(0.05)
        return np.array(self.who.cloth, "f4") * tone[..., None] + 4

    def _compute_lean(self):
        """Brighter to the side of the light, about -1 to 1."""
        return np.clip(self.x * self.light[0] + self.y * self.light[1], -1, 1)

    def _noise(self, width):
        noise = self.rng.normal(0, 1, self.shape).astype("f4")
        sigma = max(width * self.detail, 0.6)
        return cv2.GaussianBlur(noise, (0, 0), sigma) * (2 * sigma)

    def _lay(self, colour, mask):
        self.colour += (colour - self.colour) * mask[..., None]
        self.opacity = np.maximum(self.opacity, mask)

    def _soften_edge(self, distance):
        """Opacity from a distance, in units, that is negative inside."""
        return np.clip(0.5 - distance * self.detail, 0, 1)

    def _mask_above(self, edge):
        return self._soften_edge(self.y - edge)

    def _head(self, size):
        who, x = self.who, np.abs(self.x) / (self.who.width * size)
        y = self.y / size
        square = 2.0 + 0.5 * who.jaw
        narrow = 1 - (0.20 - 0.14 * who.jaw) * np.clip(y, 0, 1) ** 1.5
        low = (x / narrow) ** square + np.abs(y) ** square
        high = x**2.2 + np.abs(y / 1.15) ** 2.2
        radius = np.where(y > 0, low ** (1 / square), high ** (1 / 2.2))
        return self._soften_edge((radius - 1) * who.width * size)

    def _mask_ellipse(self, x, y, half_width, half_height):
        radius = np.hypot((self.x - x) / half_width, (self.y - y) / half_height)
        return self._soften_edge((radius - 1) * min(half_width, half_height))

    def _box(self, x, y, half_width, half_height, corner):
        over_x = np.abs(self.x - x) - half_width + corner
        over_y = np.abs(self.y - y) - half_height + corner
        distance = np.hypot(np.maximum(over_x, 0), np.maximum(over_y, 0))
        return self._soften_edge(distance - corner)

    def _mask_shoulders(self):
        out = np.abs(self.x)
        slope = 1.42 + 0.30 * out**1.6 + 4 * np.maximum(out - 1.5, 0) ** 2
        neckline = 1.62 - 1.2 * self.x**2
        line = np.maximum(slope, np.minimum(neckline, 1.6))
        return self._soften_edge(line - self.y)

    def _mask_wrap(self):
        wrap = self._mask_ellipse(0, -0.05, self.who.width + 0.24, 1.32)
        return np.maximum(wrap, self._box(0, 0.9, 0.66, 0.55, 0.3))

    def _mask_curls(self):
        curls = np.zeros(self.shape, "f4")
        for angle in np.linspace(-2.2, 2.2, 17):
            reach = 1.0 + self.rng.uniform(-0.05, 0.1)
            curls = np.maximum(
                curls,
                self._mask_ellipse(
                    np.sin(angle) * (self.who.width + 0.12) * reach,
                    -0.25 - np.cos(angle) * 0.85 * reach,
                    0.3,
                    0.3,
                ),
            )
        return curls


def _make_bump(distance, width):
    return np.exp(-((distance / width) ** 2))


def _step(value, start, end):
    share = np.clip((value - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)
