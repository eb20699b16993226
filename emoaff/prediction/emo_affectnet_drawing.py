"""Boxes and labels as EMO-AffectNet's `visualization.py` draws them."""

import cv2
import numpy as np

from emoaff.prediction.row import Row

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_MAGENTA = (255, 0, 255)
_BLACK = (0, 0, 0)


def draw(
    image: np.ndarray, rows: list[Row], classes: tuple[str, ...]
) -> np.ndarray:
    """Draws each face of one frame.

    A magenta box, and centred over it the most probable class with its
    probability, as `Happiness: 85.99%`. Lines and letters grow with the
    picture. The original gives all faces of a frame one label; here each has
    its own.

    Args:
        image: `(height, width, 3)` uint8, RGB; left as it is.
        rows: Of that frame.
        classes: Class names in the order of the probabilities.

    Returns:
        A picture of the same form.

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013),
          the authors' code, `visualization.py`
    """
    image = image.copy()
    height, width = image.shape[:2]
    line = max(round((height + width + 3) / 2 * 0.003), 2)
    for row in rows:
        if row.person is None:
            continue
        x, y, w, h = row.box
        left, right = (min(max(int(v), 0), width - 1) for v in (x, x + w))
        top, bottom = (min(max(int(v), 0), height - 1) for v in (y, y + h))
        corners = (left, top), (right, bottom)
        cv2.rectangle(image, *corners, _MAGENTA, line, cv2.LINE_AA)
        if row.probabilities is not None:
            _label(image, row, classes, line, (left, top, right))
    return image


def _label(image, row, classes, line, place):
    left, top, right = place
    best = int(np.argmax(row.probabilities))
    share = 100 * float(row.probabilities[best])
    text = f"{classes[best].capitalize()}: {share:.2f}%"
    scale, thick = line / 3, max(line - 1, 1)
    (wide, _), _ = cv2.getTextSize(text, _FONT, scale, thick)
    origin = (
        (left + right - wide) // 2,
        top - round((right - left) * 20 / 360),
    )
    for colour in (_BLACK, _MAGENTA):
        cv2.putText(
            image, text, origin, _FONT, scale, colour, thick, cv2.LINE_AA
        )
