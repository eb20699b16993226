"""Letters that can be read on a picture, of any size."""

import functools
import os
import unicodedata

import cv2
import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

_WHITE = (255, 255, 255)
# OpenCV's wheels for Linux bring the first one.
_WIDE_FONTS = (
    os.path.join(
        os.path.dirname(cv2.__file__), "qt", "fonts", "DejaVuSans.ttf"
    ),
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
)


def measure_text(text: str, height: int) -> tuple[int, int]:
    """Returns width and height in pixels of what `write_text` writes.

    Args:
        text: One line.
        height: Pixels of the letters, from the foot of `g` to the top of `A`.

    Example:
    >>> measure_text("happiness", 20)[1]
    20
    """
    return _draw_mask(text, height).shape[::-1]


def write_text(
    image: np.ndarray, text: str, left: int, top: int, height: int
) -> None:
    """Writes white text onto a picture; what is outside of it is left out.

    Args:
        image: `(height, width, 3)` uint8, which is changed.
        text: One line.
        left: Pixels from the left border.
        top: Pixels from the upper border.
        height: See `measure_text`.

    Example:
    >>> image = np.zeros((30, 60, 3), np.uint8)
    >>> write_text(image, "joy", 2, 2, 20)
    >>> bool(image.max() > 200)
    True
    """
    mask = _draw_mask(text, height)
    top_cut, left_cut = max(-top, 0), max(-left, 0)
    mask = mask[top_cut:, left_cut:]
    top, left = max(top, 0), max(left, 0)
    area = image[top : top + mask.shape[0], left : left + mask.shape[1]]
    mask = mask[: area.shape[0], : area.shape[1], None]
    area[:] = (area * (1 - mask) + np.float32(_WHITE) * mask).astype(np.uint8)


@functools.lru_cache(maxsize=512)
def _draw_mask(text, height):
    """How much of each pixel is covered by letters, float32 in `[0, 1]`."""
    font = _load_font(height, not text.isascii())
    if font is None:
        font = _load_font(height, False)
        text = _strip_accents(text)
    width = max(round(font.getlength(text)), 1)
    image = Image.new("L", (width, height))
    ascent, descent = font.getmetrics()
    # The font's own line is higher than its letters.
    top = (height - ascent - descent) / 2
    ImageDraw.Draw(image).text((0, top), text, 255, font)
    mask = np.asarray(image, np.float32) / 255
    mask.setflags(write=False)
    return mask


@functools.lru_cache(maxsize=32)
def _load_font(height, is_wide):
    """Pillow's own font; for names beyond ASCII, one of the system's."""
    size = round(height * 0.92)
    if not is_wide:
        return ImageFont.load_default(size)
    for name in _WIDE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def _strip_accents(text):
    apart = unicodedata.normalize("NFKD", text)
    return apart.encode("ascii", "ignore").decode() or "?"
