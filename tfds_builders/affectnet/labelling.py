"""Parses the codes that both releases of AffectNet use."""

import math

NO_FACE = 10
_CLASSES = 8  # 0 to 7 are emotions; then come None, Uncertain and No-Face


def number(text: str) -> float:
    """Returns the number in a cell; NaN where it is empty or `NULL`.

    Raises:
        ValueError: If it is anything else.
    """
    text = text.strip()
    if text.lower() in ("", "null", "nan"):
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a number. Received: {text!r}") from None


def code(value: float) -> int:
    """Returns the code of a class, 0 to 10; -1 where there is none.

    Raises:
        ValueError: If there is no such class.
    """
    if math.isnan(value):
        return -1
    if value not in range(NO_FACE + 1):
        raise ValueError(
            f"expected a class from 0 to {NO_FACE}. Received: {value:g}"
        )
    return int(value)


def affect(value: float) -> float:
    """Returns valence or arousal in [-1, 1]; NaN where not annotated.

    The corpus writes -2 where nobody annotated.

    Raises:
        ValueError: If the value is over 1.
    """
    if value > 1:
        raise ValueError(
            f"expected valence and arousal up to 1. Received: {value:g}"
        )
    return math.nan if value < -1 else value


def labels(code: int, valence: float, arousal: float) -> dict:
    """Returns the labels that there are, see `Still`."""
    found = {}
    if 0 <= code < _CLASSES:
        found["expression"] = code
    if not math.isnan(valence):
        found["valence"] = valence
    if not math.isnan(arousal):
        found["arousal"] = arousal
    return found
