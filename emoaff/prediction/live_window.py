import math
import subprocess
import sys

import cv2
import numpy as np

from emoaff.prediction.face_panels import choose_colour
from emoaff.prediction.face_panels import draw_faces
from emoaff.prediction.letters import measure_text
from emoaff.prediction.letters import write_text
from emoaff.prediction.panel_layout import PanelLayout

_WHITE, _DARK = (255, 255, 255), (24, 24, 24)
_TITLE = "emoaff live"
_STYLE = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
_LARGEST = (1280, 720)  # pixels, of the window as it opens
_LEGIBLE = 720  # pixels of the shorter side from which on text can be read
_NO_SCREEN = (
    "Expected a screen to show a window on. Found none that OpenCV can use. "
    "Choose --no-window."
)


def require_screen() -> None:
    """Raises ValueError if no window can be opened.

    Without a screen some builds of OpenCV end the whole program, so that
    another one has to try.
    """
    tried = subprocess.run(
        [sys.executable, "-c", "import cv2; cv2.namedWindow('emoaff')"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if tried.returncode:
        raise ValueError(_NO_SCREEN)


class LiveWindow:
    """Shows live pictures with faces, expressions and how fast it goes.

    Raises:
        ValueError: If this machine has no screen.
    """

    def __init__(self):
        try:
            cv2.namedWindow(_TITLE, _STYLE)
        except cv2.error as error:
            raise ValueError(_NO_SCREEN) from error
        self._is_sized = False

    def show(self, image: np.ndarray) -> str:
        """Shows a picture; returns the key that was pressed, or `"q"`.

        `"q"` stands for a window that was closed, too; no key is `""`.
        """
        if not self._is_sized:
            height, width = image.shape[:2]
            share = min(1, _LARGEST[0] / width, _LARGEST[1] / height)
            size = round(share * width), round(share * height)
            cv2.resizeWindow(_TITLE, *size)
            self._is_sized = True
        cv2.imshow(_TITLE, image[..., ::-1])
        key = cv2.waitKey(1) & 0xFF
        if cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
            return "q"
        if key == 27:  # Escape
            return "q"
        return "" if key == 255 else chr(key)

    def close(self) -> None:
        """Closes the window."""
        cv2.destroyWindow(_TITLE)


def draw_live(
    image,
    rows,
    classes,
    rate: float,
    latency_s: float,
    note: str,
    layout: PanelLayout | None = None,
):
    """Draws rows, a dot of valence and arousal, and how fast it goes.

    Args:
        image: `(height, width, 3)` uint8, RGB.
        rows: Of this picture.
        classes: Names of the classes.
        rate: Pictures shown a second; NaN if not known yet.
        latency_s: Seconds from the picture to here.
        note: What else to show, such as that it is being recorded.
        layout: Keeps panels in their places from one picture to the next.

    Returns:
        A new picture, small ones enlarged by a whole factor so that text can
        be read on them.
    """
    factor = max(round(_LEGIBLE / min(image.shape[:2])), 1)
    if factor > 1:
        image = cv2.resize(image, None, fx=factor, fy=factor)
        rows = [_enlarge(row, factor) for row in rows]
    image = draw_faces(image, rows, classes, layout)
    scale = max(min(image.shape[:2]) / 720, 0.4)
    known = [row for row in rows if not math.isnan(row.valence + row.arousal)]
    if known:
        _draw_affect(image, known, scale)
    said = f"{latency_s * 1000:.0f} ms"
    if not math.isnan(rate):
        said = f"{rate:.0f} a second, {said}"
    said = "   ".join(filter(None, (said, note)))
    height, pad = max(round(20 * scale), 13), max(round(6 * scale), 3)
    width, bottom = measure_text(said, height)[0], image.shape[0]
    top = bottom - height - 2 * pad
    cv2.rectangle(image, (0, top), (width + 2 * pad, bottom), _DARK, cv2.FILLED)
    write_text(image, said, pad, top + pad, height)
    return image


def _enlarge(row, factor):
    if row.box is None:
        return row
    return row.changed(box=tuple(factor * value for value in row.box))


def _draw_affect(image, rows, scale):
    """A square with valence to the right and arousal up, a dot a person."""
    side, pad = round(130 * scale), round(10 * scale)
    left, top = image.shape[1] - side - pad, image.shape[0] - side - pad
    area = image[top : top + side, left : left + side]
    area[:] = (0.35 * area + 0.65 * np.array(_DARK)).astype(np.uint8)
    middle = (left + side // 2, top + side // 2)
    for end in ((side // 2, 0), (0, side // 2)):
        low = (middle[0] - end[0], middle[1] - end[1])
        high = (middle[0] + end[0], middle[1] + end[1])
        cv2.line(image, low, high, _WHITE, 1)
    height = max(round(15 * scale), 12)
    write_text(
        image,
        "valence",
        left + side - measure_text("valence", height)[0] - 2,
        middle[1] + 2,
        height,
    )
    write_text(image, "arousal", middle[0] + 3, top + 1, height)
    for row in rows:
        x = middle[0] + round(row.valence * side / 2)
        y = middle[1] - round(row.arousal * side / 2)
        radius = max(round(6 * scale), 3)
        colour = choose_colour(row.person)
        cv2.circle(image, (x, y), radius, colour, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(image, (x, y), radius, _WHITE, 1, cv2.LINE_AA)
