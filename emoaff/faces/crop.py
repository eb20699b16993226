import math
from collections.abc import Sequence

import cv2
import numpy as np

from emoaff.faces.frame import Frame

_FILTERS = {
    "area": cv2.INTER_LINEAR,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "nearest": cv2.INTER_NEAREST,
}
# warpAffine knows no averaging, resize does.
_STRETCHING = {**_FILTERS, "area": cv2.INTER_AREA}
SHAPES = ("square", "stretch")


def crop_face(
    image: np.ndarray,
    box: Sequence[float],
    margin: float = 0.0,
    size: int = 112,
    interpolation: str = "area",
    shape: str = "square",
) -> np.ndarray:
    """Cuts a face and resizes it to a square.

    A `"square"` is centred on the box and `max(w, h) * (1 + margin)` wide, so
    `margin` is the total of both sides: with 0.2 a box of 100 pixels gives a
    square of 120, 10 more on each side. Its place is kept to a fraction of a
    pixel. Where it leaves the picture, the border pixels are repeated.

    `"stretch"` is what EMO-AffectNet does: the box itself, its corners cut to
    whole pixels and to the last pixel of the picture, resized without keeping
    its proportions.

    Args:
        image: `(height, width, 3)` uint8, RGB.
        box: `(x, y, w, h)` in pixels of `image`; pixel `i` covers `[i, i+1)`.
        margin: Share of the longer side to add in total, over -1; 0 for
            `"stretch"`.
        size: Side of the result in pixels, at least 1.
        interpolation: `"area"` averages when it shrinks and is bilinear when
            it enlarges. `"bilinear"`, `"bicubic"` and `"nearest"` sample
            without averaging. For `"stretch"` these are OpenCV's own filters.
        shape: One of `SHAPES`.

    Returns:
        `(size, size, 3)` uint8, RGB.

    Raises:
        ValueError: The image is not RGB uint8, the box is empty, not finite
            or wholly outside the picture, or an option is out of range.

    Example:
    >>> picture = read_picture("astronaut.jpg").image
    >>> crop_face(picture, (180, 63, 86, 110), margin=0.2).shape
    (112, 112, 3)
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            "crop_face expects an RGB image (height, width, 3) of uint8. "
            f"Received: shape={image.shape}, dtype={image.dtype}."
        )
    if shape == "stretch":
        x, y, w, h = _checked(image, box, margin, size, interpolation)
        return _stretch_box(image, x, y, w, h, margin, size, interpolation)
    if shape != "square":
        raise ValueError(
            f"shape must be one of {', '.join(SHAPES)}. "
            f"Received: shape={shape!r}."
        )
    return _crop_square(image, box, margin, size, interpolation)


def find_grey(frame: Frame) -> np.ndarray:
    """Returns a frame's luma, `(height, width)` uint8; its own if it has it."""
    if frame.grey is not None:
        return frame.grey
    return cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)


def crop_grey(
    grey: np.ndarray,
    box: Sequence[float],
    margin: float = 0.0,
    size: int = 112,
    interpolation: str = "area",
) -> np.ndarray:
    """Cuts a face from a grey picture, in a third of the time.

    Args:
        grey: `(height, width)` uint8, see `find_grey`.
        box: As in `crop_face`.
        margin: As in `crop_face`.
        size: As in `crop_face`.
        interpolation: As in `crop_face`.

    Returns:
        `(size, size)` uint8: what `crop_face` cuts as a `"square"` from the
        picture in colour, turned into grey, but for rounding.

    Raises:
        ValueError: See `crop_face`.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8:
        raise ValueError(
            "crop_grey expects a grey picture (height, width) of uint8. "
            f"Received: shape={grey.shape}, dtype={grey.dtype}."
        )
    return _crop_square(grey, box, margin, size, interpolation)


def _crop_square(image, box, margin, size, interpolation):
    x, y, w, h = _checked(image, box, margin, size, interpolation)
    side = max(w, h) * (1 + margin)
    left, top = x + (w - side) / 2, y + (h - side) / 2
    return _cut_square(image, left, top, side, size, interpolation)


def _cut_square(image, left, top, side, size, interpolation):
    step = side / size
    if interpolation == "area" and step > 1:
        image, left, top, step_x, step_y = _shrink(image, left, top, side, size)
    else:
        step_x = step_y = step
    # The centre of output pixel u lies at left + (u + 0.5) * step, and
    # warpAffine counts from pixel centres.
    to_source = np.array(
        [
            [step_x, 0, left + step_x / 2 - 0.5],
            [0, step_y, top + step_y / 2 - 0.5],
        ]
    )
    return cv2.warpAffine(
        image,
        to_source,
        (size, size),
        flags=_FILTERS[interpolation] | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def stretch(
    image: np.ndarray, size: int, interpolation: str = "area"
) -> np.ndarray:
    """Resizes a whole picture to a square without keeping its proportions.

    Args:
        image: `(height, width, 3)` uint8.
        size: Side of the result in pixels, at least 1.
        interpolation: As in `crop_face`.

    Returns:
        `(size, size, 3)` uint8.
    """
    how = _STRETCHING[interpolation]
    return cv2.resize(image, (size, size), interpolation=how)


def _stretch_box(image, x, y, w, h, margin, size, interpolation):
    if margin:
        raise ValueError(
            "margin must be 0 for shape='stretch', which takes the box as it "
            f"is. Received: margin={margin}."
        )
    height, width = image.shape[:2]
    x1, x2 = (min(max(int(v), 0), width - 1) for v in (x, x + w))
    y1, y2 = (min(max(int(v), 0), height - 1) for v in (y, y + h))
    # At least a pixel: the original stops on a box that is thinner.
    cut = image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
    return stretch(cut, size, interpolation)


def _shrink(image, left, top, side, size):
    """Averages the square's pixels down to about the size that is wanted."""
    rows, columns = _find_region(image, left, top, side, size)
    image = image[rows, columns]
    height, width = image.shape[:2]
    across = max(round(width * size / side), 1)
    down = max(round(height * size / side), 1)
    small = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
    scale_x, scale_y = across / width, down / height
    return (
        small,
        (left - columns.start) * scale_x,
        (top - rows.start) * scale_y,
        side * scale_x / size,
        side * scale_y / size,
    )


def _find_region(image, left, top, side, size):
    """The rows and columns of a picture that a square of it depends on."""
    height, width = image.shape[:2]
    reach = 2 * math.ceil(side / size)
    x0 = min(max(math.floor(left) - reach, 0), width - 1)
    y0 = min(max(math.floor(top) - reach, 0), height - 1)
    x1 = max(min(math.ceil(left + side) + reach, width), x0 + 1)
    y1 = max(min(math.ceil(top + side) + reach, height), y0 + 1)
    return slice(y0, y1), slice(x0, x1)


def _checked(image, box, margin, size, interpolation):
    if interpolation not in _FILTERS:
        raise ValueError(
            f"interpolation must be one of {', '.join(_FILTERS)}. "
            f"Received: interpolation={interpolation!r}."
        )
    if size < 1 or not margin > -1:
        raise ValueError(
            "size must be at least 1 and margin over -1. "
            f"Received: size={size}, margin={margin}."
        )
    x, y, w, h = (float(value) for value in box)
    height, width = image.shape[:2]
    if not all(map(math.isfinite, (x, y, w, h))) or w <= 0 or h <= 0:
        raise ValueError(
            "box must be (x, y, w, h), finite, with w and h over 0. "
            f"Received: box={(x, y, w, h)}. Skip frames without a face."
        )
    if x >= width or y >= height or x + w <= 0 or y + h <= 0:
        raise ValueError(
            f"box must touch the picture of {width}x{height} pixels. "
            f"Received: box={(x, y, w, h)}."
        )
    return x, y, w, h
