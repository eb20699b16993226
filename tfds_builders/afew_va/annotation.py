"""Reads the labels of one clip from its JSON."""

import dataclasses
import json
import math
import pathlib

import numpy as np

from emoaff.corpora.footage import Box

_RANGE = 10  # valence and arousal are whole numbers from -10 to 10
_LONGEST = 9  # digits of a frame's number
_COPY = "Copy the file again."


@dataclasses.dataclass(frozen=True, eq=False)
class Annotation:
    """The labels of one clip.

    Args:
        actor: Who is seen; empty where the file does not say.
        video_id: The clip's id as the file has it; empty where it has none.
        frames: int64 `(n,)`, rising 0-based frame numbers.
        valence: float32 `(n,)`, in [-1, 1], NaN where missing.
        arousal: float32 `(n,)`, in [-1, 1], NaN where missing.
        boxes: Frame number to `(x, y, width, height)` of the landmarks in
            pixels of the frame; none for a frame without landmarks.
    """

    actor: str
    video_id: str
    frames: np.ndarray
    valence: np.ndarray
    arousal: np.ndarray
    boxes: dict[int, Box]


def read_annotation(
    path: pathlib.Path, name: str, with_boxes: bool
) -> Annotation:
    """Reads the JSON of one clip.

    Args:
        path: The file.
        name: What messages call it.
        with_boxes: Whether landmarks are looked at; if not, they may be
            anything.

    Raises:
        ValueError: If it is no whole JSON of the corpus, a frame stands
            twice, or a value is no number or out of range. The message names
            the file and the frame.
    """
    content = _read_content(path, name)
    by_number: dict[int, dict] = {}
    for key, frame in content["frames"].items():
        number = key.strip()
        if (
            not number.isdecimal()
            or len(number) > _LONGEST
            or not isinstance(frame, dict)
        ):
            raise ValueError(
                f"Expected frames by number, each with its labels, in {name}. "
                f"Found: {key!r}. {_COPY}"
            )
        if by_number.setdefault(int(key), frame) is not frame:
            raise ValueError(
                f"Expected each frame once in {name}. Found: frame "
                f"{int(key)} twice. Remove one of them."
            )
    numbers = sorted(by_number)
    affect = np.array(
        [
            [
                _affect(by_number[n], dimension, f"{name}, frame {n:05d}")
                for dimension in ("valence", "arousal")
            ]
            for n in numbers
        ],
        np.float32,
    ).reshape(-1, 2)
    boxes = {}
    for n in numbers if with_boxes else ():
        place = f"{name}, frame {n:05d}"
        box = _box(by_number[n].get("landmarks"), place)
        if box:
            boxes[n] = box
    return Annotation(
        actor=_text(content, "actor"),
        video_id=_text(content, "video_id"),
        frames=np.array(numbers, np.int64),
        valence=affect[:, 0],
        arousal=affect[:, 1],
        boxes=boxes,
    )


def _read_content(path, name):
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"Expected whole JSON in {name}. It cannot be read ({error}). "
            f"{_COPY}"
        ) from None
    frames = content.get("frames") if isinstance(content, dict) else None
    if not isinstance(frames, dict):
        raise ValueError(
            f'Expected the labels of frames under "frames" in {name}. Found '
            f"none. {_COPY}"
        )
    return content


def _affect(frame, dimension, place):
    value = frame.get(dimension)
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(
            f"Expected a number for {dimension} in {place}. Found: "
            f"{value!r}. Mend it, or remove it if it is unknown."
        )
    if abs(value) > _RANGE:
        raise ValueError(
            f"Expected {dimension} from -{_RANGE} to {_RANGE} in {place}. "
            f"Found: {value}. Mend it, or remove it if it is unknown."
        )
    return value / _RANGE


def _box(landmarks, place):
    if not landmarks:
        return None
    try:
        points = np.array(landmarks, np.float64)
    except (OverflowError, TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"Expected landmarks as pairs of x and y in {place}. Found "
            "something else. Mend them, remove them, or do without them "
            "(+landmarks=false)."
        )
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    low = points.min(axis=0)
    width, height = points.max(axis=0) - low
    if not width > 0 or not height > 0:
        return None
    return float(low[0]), float(low[1]), float(width), float(height)


def _text(content, name):
    value = content.get(name)
    return value.strip() if isinstance(value, str) else ""
