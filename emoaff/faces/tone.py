"""Showing high dynamic range (HDR) pictures as ordinary ones."""

import functools

import cv2
import numpy as np

# Numbers of ITU-T H.273, as files store them.
PQ, HLG = 16, 18
_BT2020 = 9

_WHITE = 203.0  # nits; of white paper in HDR (ITU-R BT.2408)
_PEAK = 1000.0  # nits; of the screen that HLG is defined for
_KNEE = 0.6  # share of white from which on highlights are pressed together
_STEPS = 1024  # entries of the table between black and white
_MOST = 10  # times white; brighter is as white as that

# Linear light of BT.2020 to that of BT.709 (ITU-R BT.2087).
_TO_BT709 = np.float32(
    [
        [1.6605, -0.5876, -0.0728],
        [-0.1246, 1.1329, -0.0083],
        [-0.0182, -0.1006, 1.1187],
    ]
)
_NAMES = {PQ: "PQ", HLG: "HLG"}
HDR = frozenset(_NAMES)  # transfer characteristics of high dynamic range


def describe_hdr(transfer: int) -> str:
    """Describes what `tone_map` does to a picture, as a clause."""
    return (
        f"its pictures are HDR ({_NAMES[transfer]}); they were tone-mapped to "
        "ordinary brightness and colour"
    )


def tone_map(
    image: np.ndarray, transfer: int, primaries: int = _BT2020
) -> np.ndarray:
    """Shows an HDR picture as an ordinary one.

    Light up to 60 % of white paper (203 nits) keeps its brightness, so that
    skin looks as in an ordinary picture; highlights above are pressed
    together below 1. Colours that BT.709 cannot show are clipped.

    Args:
        image: `(height, width, 3)` uint8, RGB as the file codes it.
        transfer: `PQ` or `HLG`.
        primaries: Colour primaries by H.273; BT.709's are kept, all others
            taken for BT.2020.

    Returns:
        `(height, width, 3)` uint8, RGB as ordinary pictures code it.
    """
    light = _light_table(transfer)[image]
    if primaries != 1:
        light = cv2.transform(light, _TO_BT709)
    places = np.clip(light * _STEPS + 0.5, 0, _MOST * _STEPS - 1).astype(
        np.uint16
    )
    return _code_table()[places]


@functools.cache
def _light_table(transfer):
    """Linear light of each code of 8 bits, 1 at white paper."""
    code = np.arange(256) / 255
    if transfer == PQ:  # SMPTE ST 2084
        m1, m2 = 2610 / 16384, 2523 / 32
        c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
        root = code ** (1 / m2)
        light = np.maximum(root - c1, 0) / (c2 - c3 * root)
        return np.float32(10_000 * light ** (1 / m1) / _WHITE)
    # ITU-R BT.2100, with its system gamma of 1.2 on each channel.
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(
        code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12
    )
    return np.float32(_PEAK * scene**1.2 / _WHITE)


@functools.cache
def _code_table():
    """Codes of 8 bits (sRGB) of linear light in steps of `1 / _STEPS`."""
    light = np.arange(_MOST * _STEPS) / _STEPS
    over = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
    light = np.minimum(light, _KNEE) + (1 - _KNEE) * (1 - np.exp(-over))
    code = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return np.uint8(np.rint(255 * np.clip(code, 0, 1)))
