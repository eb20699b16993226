"""Draws outlines, given in the face's units, on a part of a picture."""

import cv2
import numpy as np

_SHIFT = 4  # bits of a pixel's fraction in OpenCV's drawing calls
_ONE = 1 << _SHIFT


class Brush:
    """Smooth-edged fills, strokes and discs at fractions of a pixel.

    Args:
        detail: Pixels per unit of the face.
        left: Place of the picture's left edge in the face's units.
        top: Place of its top edge.
    """

    def __init__(self, detail: float, left: float, top: float):
        self._scale = detail * _ONE
        # OpenCV counts from the middle of the first pixel.
        self._offset = np.array([left, top]) * self._scale + _ONE / 2

    def place(self, points: np.ndarray) -> np.ndarray:
        """Turns `(n, 2)` x, y in the face's units into the brush's own."""
        return np.rint(points * self._scale - self._offset).astype("int32")

    def length(self, length: float) -> int:
        """Turns a length in the face's units into the brush's own."""
        return round(length * self._scale)

    def fill(self, picture, outline, colour) -> None:
        """Fills a closed outline, of placed points."""
        cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA, _SHIFT)

    def stroke(self, picture, line, colour, width: float) -> None:
        """Draws an open line, of placed points; the width is in units."""
        pixels = max(round(width * self._scale / _ONE), 1)
        cv2.polylines(
            picture, [line], False, colour, pixels, cv2.LINE_AA, _SHIFT
        )

    def fill_disc(self, picture, centre, radius: float, colour) -> None:
        """Fills a circle around a placed point; the radius is in units."""
        self.fill_oval(picture, centre, (radius, radius), colour)

    def fill_oval(self, picture, centre, radii, colour) -> None:
        """Fills an ellipse with radii across and down, in units."""
        x, y = centre.tolist()
        across, down = map(self.length, radii)
        if across == down:
            cv2.circle(picture, (x, y), across, colour, -1, cv2.LINE_AA, _SHIFT)
            return
        cv2.ellipse(
            picture,
            (x, y),
            (across, down),
            0,
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
            _SHIFT,
        )

    def within(self, picture, outline, draw_inside) -> None:
        """Draws something that shows only inside a closed outline.

        Args:
            picture: `(height, width, 3)` uint8, drawn on in place.
            outline: Placed points.
            draw_inside: Called with a picture to draw on and the placed
                point at its corner, which is to be taken off every point.
        """
        low = np.maximum((outline.min(axis=0) >> _SHIFT) - 2, 0)
        high = (outline.max(axis=0) >> _SHIFT) + 3
        part = picture[low[1] : high[1], low[0] : high[0]]
        if not part.size:
            return
        corner = low.astype("int32") << _SHIFT
        mask = np.zeros(part.shape, "uint8")
        self.fill(mask, outline - corner, (255, 255, 255))
        inside = np.empty_like(part)
        draw_inside(inside, corner)
        share = mask.astype("f4") * np.float32(1 / 255)
        part[...] = part + (inside.astype("f4") - part) * share + 0.5
