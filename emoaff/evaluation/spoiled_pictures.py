"""Ways in which face crops of real use are worse than those of a corpus."""

import functools
from collections.abc import Callable

import cv2
import numpy as np

_GREY = 128


def make_spoilings() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Returns functions by name, each from one picture to one picture.

    Each takes and returns uint8 `(height, width, 3)` RGB; sides may change.

    | name | what it does |
    |---|---|
    | `cut 0.7`, `cut 0.8` | a tighter crop: the inner part, so many times as wide |
    | `margin 1.2` ... `margin 1.8` | a looser crop: border pixels are repeated until the side is so many times the stored one |
    | `24 px` ... `224 px` | the side becomes so many pixels: averaged down, bicubic up |
    | `blur 1`, `blur 2` | Gaussian, standard deviation in 48ths of the side |
    | `half as bright`, `a fifth as bright` | values times 0.5 and 0.2, rounded |
    | `JPEG 20` | saved as JPEG of quality 20 |
    | `turned -30` ... `turned 30` | about the centre, in degrees, counter-clockwise; border pixels are repeated |
    | `upper half covered`, ... | half of the picture becomes grey (128) |

    What lies around a stored crop is not known, so a real looser crop differs
    from ours: it shows hair and background. All are without chance.
    """  # noqa: E501, a table
    found = {}
    for share in (0.7, 0.8):
        found[f"cut {share}"] = functools.partial(_tighter, share=share)
    for times in (1.2, 1.3, 1.4, 1.6, 1.8):
        found[f"margin {times}"] = functools.partial(_loosen, times=times)
    for side in (24, 32, 96, 224):
        found[f"{side} px"] = functools.partial(_resized, side=side)
    for sigma in (1, 2):
        found[f"blur {sigma}"] = functools.partial(_blurred, sigma=sigma)
    found["half as bright"] = functools.partial(_darken, share=0.5)
    found["a fifth as bright"] = functools.partial(_darken, share=0.2)
    found["JPEG 20"] = functools.partial(_compressed, quality=20)
    for degrees in (-30, -15, 15, 30):
        found[f"turned {degrees}"] = functools.partial(_turned, degrees=degrees)
    for half in ("upper", "lower", "left", "right"):
        name = f"{half} half covered"
        found[name] = functools.partial(_covered, half=half)
    return found


def _tighter(picture, share):
    height, width = picture.shape[:2]
    top, left = (round(side * (1 - share) / 2) for side in (height, width))
    return picture[top : height - top, left : width - left]


def _loosen(picture, times):
    height, width = picture.shape[:2]
    top, left = (round(side * (times - 1) / 2) for side in (height, width))
    return cv2.copyMakeBorder(
        picture, top, top, left, left, cv2.BORDER_REPLICATE
    )


def _resized(picture, side):
    shrinks = side < min(picture.shape[:2])
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(picture, (side, side), interpolation=how)


def _blurred(picture, sigma):
    sigma *= max(picture.shape[:2]) / 48
    return cv2.GaussianBlur(
        picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE
    )


def _darken(picture, share):
    return np.uint8(np.rint(picture * share))


def _compressed(picture, quality):
    settings = (cv2.IMWRITE_JPEG_QUALITY, quality)
    _, encoded = cv2.imencode(".jpg", picture[..., ::-1], settings)
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., ::-1]


def _turned(picture, degrees):
    height, width = picture.shape[:2]
    centre = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, degrees, 1.0)
    return cv2.warpAffine(
        picture,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _covered(picture, half):
    picture = picture.copy()
    height, width = picture.shape[:2]
    part = {
        "upper": np.s_[: height // 2],
        "lower": np.s_[height - height // 2 :],
        "left": np.s_[:, : width // 2],
        "right": np.s_[:, width - width // 2 :],
    }[half]
    picture[part] = _GREY
    return picture
