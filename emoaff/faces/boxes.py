"""Arithmetic on boxes given by their corners, `(n, 4)` as x1, y1, x2, y2."""

from collections.abc import Sequence

import numpy as np


def to_corners(boxes: Sequence[Sequence[float]]) -> np.ndarray:
    """Turns `(n, 4)` x, y, width, height into corners, float64."""
    boxes = np.asarray(boxes, "float64").reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def from_corners(corners: np.ndarray) -> tuple[float, float, float, float]:
    """Turns one box's corners into x, y, width, height."""
    x1, y1, x2, y2 = map(float, corners)
    return x1, y1, x2 - x1, y2 - y1


def intersection(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gives the shared area of every box of `a` with every box of `b`.

    Args:
        a: `(n, 4)` corners in pixels.
        b: `(m, 4)` corners in pixels.

    Returns:
        `(n, m)` areas in square pixels, 0 where two boxes do not touch.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod(np.maximum(high - low, 0), axis=2)


def area(boxes: np.ndarray) -> np.ndarray:
    """Gives the area of `(n, 4)` corners, as `(n,)` square pixels."""
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gives intersection over union, `(n, m)` in `[0, 1]`; 0 if both empty."""
    shared = intersection(a, b)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.where(union > 0, shared / np.maximum(union, 1e-12), 0.0)


def suppress(
    boxes: np.ndarray, scores: np.ndarray, limit: float, over: str = "union"
) -> np.ndarray:
    """Keeps the best of boxes that overlap (non-maximum suppression).

    Args:
        boxes: `(n, 4)` corners in pixels.
        scores: `(n,)`; on equal scores the earlier box wins.
        limit: Greatest overlap, in `[0, 1]`, that two kept boxes may have.
        over: What an intersection is divided by: `"union"`, or `"smaller"`
            for the area of the smaller box.

    Returns:
        Indices of the kept boxes, best score first.
    """
    shared, areas = intersection(boxes, boxes), area(boxes)
    if over == "smaller":
        whole = np.minimum(areas[:, None], areas[None, :])
    else:
        whole = areas[:, None] + areas[None, :] - shared
    clash = shared > limit * whole
    kept = []
    dropped = np.zeros(len(boxes), bool)
    for index in np.argsort(-scores, kind="stable"):
        if not dropped[index]:
            kept.append(index)
            dropped |= clash[index]
    return np.array(kept, int)


def squared(boxes: np.ndarray) -> np.ndarray:
    """Grows the shorter side of each box about its centre to the longer."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centre - half, centre + half], axis=1)
