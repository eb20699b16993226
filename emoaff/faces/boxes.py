"""Boxes by their corners, `(n, 4)` as x1, y1, x2, y2, and their motion."""

from collections.abc import Sequence

import cv2
import numpy as np

_SIDE = 320  # pixels; longer side of the pictures in which points are followed
_GRID = 6  # points along each side of a box; ten move it no better
_OPTIONS = {"winSize": (9, 9), "maxLevel": 3}
_RETURN = 1.0  # pixels a point may miss its start by, there and back
_SHARE = 0.3  # of the points that have to come back
_FINE = 16  # places in a pixel at which boxes start
_STEPS = 0.1 + 0.8 * (np.arange(_GRID) + 0.5) / _GRID
_POINTS = np.stack(np.meshgrid(_STEPS, _STEPS), axis=-1).reshape(1, -1, 2)


def convert_to_corners(boxes: Sequence[Sequence[float]]) -> np.ndarray:
    """Turns `(n, 4)` x, y, width, height into corners, float64."""
    boxes = np.asarray(boxes, "float64").reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def convert_from_corners(
    corners: np.ndarray,
) -> tuple[float, float, float, float]:
    """Turns one box's corners into x, y, width, height."""
    x1, y1, x2, y2 = map(float, corners)
    return x1, y1, x2 - x1, y2 - y1


def intersection(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Computes the area that every box of `a` shares with every box of `b`.

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
    """Computes the area of `(n, 4)` corners, as `(n,)` square pixels."""
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)


def compute_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Computes intersection over union, `(n, m)`; 0 if both are empty."""
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


def assign_pairs(gain: np.ndarray, allowed: np.ndarray) -> dict[int, int]:
    """Pairs rows with columns: as many as can be, of the largest sum.

    Args:
        gain: `(n, m)`, finite.
        allowed: bool `(n, m)`, which pairs may be.

    Returns:
        Row to column of each pair.

    References:
        - [Kuhn, 1955](https://doi.org/10.1002/nav.3800020109)
    """
    pairs = {}
    for rows, columns in _find_groups(allowed):
        part = gain[np.ix_(rows, columns)]
        if 1 in part.shape:
            best = [divmod(int(part.argmax()), len(columns))]
        else:
            best = _assign_group(part, allowed[np.ix_(rows, columns)])
        pairs |= {int(rows[i]): int(columns[j]) for i, j in best}
    return pairs


def _assign_group(gain, allowed):
    # Here, because it takes longer to import than all else of a picture.
    from scipy.optimize import linear_sum_assignment

    least = gain.min() - np.ptp(gain) * len(gain) - 1.0  # so more pairs win
    table = np.where(allowed, gain, least)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return [(i, j) for i, j in zip(rows, columns, strict=True) if allowed[i, j]]


def _find_groups(allowed):
    """Yields rows and columns that are tied to each other by allowed pairs."""
    left = set(np.flatnonzero(allowed.any(axis=1)))
    while left:
        rows = np.zeros(len(allowed), bool)
        rows[min(left)] = True
        before = 0
        while rows.sum() > before:
            before = rows.sum()
            columns = allowed[rows].any(axis=0)
            rows = allowed[:, columns].any(axis=1)
        yield np.flatnonzero(rows), np.flatnonzero(columns)
        left -= set(np.flatnonzero(rows))


def squared(boxes: np.ndarray) -> np.ndarray:
    """Grows the shorter side of each box about its centre to the longer."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def small_grey(grey: np.ndarray) -> np.ndarray:
    """Makes the picture that `follow` works on.

    Args:
        grey: `(height, width)` uint8, see `emoaff.faces.crop.find_grey`.

    Returns:
        `(height, width)` uint8, smaller by a whole factor, the longer side
        at most 320 pixels.
    """
    factor = -(-max(grey.shape) // _SIDE)
    width, height = (max(side // factor, 1) for side in grey.shape[::-1])
    # OpenCV halves much faster than it averages more pixels at once.
    while factor % 2 == 0 and not any(side % 2 for side in grey.shape):
        half = grey.shape[1] // 2, grey.shape[0] // 2
        grey = cv2.resize(grey, half, interpolation=cv2.INTER_AREA)
        factor //= 2
    if factor == 1:
        return grey
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)


def follow(
    before: np.ndarray, after: np.ndarray, boxes: np.ndarray
) -> np.ndarray:
    """Moves boxes along with what they show.

    A grid of points in each box is followed to the other picture and back
    (pyramidal Lucas-Kanade); points that do not come back to their place are
    dropped, and the box takes the median shift of the others and grows as
    their distances do (Median Flow). Either picture may be the earlier one.

    Args:
        before: From `small_grey`.
        after: From `small_grey`, of the same size.
        boxes: `(n, 4)` corners x1, y1, x2, y2 in pixels of these pictures;
            rows of NaN stay NaN.

    Returns:
        `(n, 4)` float32; a row is NaN where the box is lost: under 30% of
        the points come back, or its centre leaves the picture.

    References:
        - [Kalal et al., 2010](https://doi.org/10.1109/ICPR.2010.675)
    """
    moved = np.full((len(boxes), 4), np.nan, "float32")
    alive = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    if not len(alive):
        return moved
    # To a part of a pixel, since optical flow ends elsewhere, by up to a pixel,
    # from places that differ by no more than the rounding of two engines, and
    # so boxes would drift apart.
    boxes = np.rint(boxes * _FINE) / _FINE
    low, high = boxes[alive, None, :2], boxes[alive, None, 2:]
    # It counts from the centres of pixels.
    start = (low + _POINTS * (high - low) - 0.5).astype("float32")
    flat = start.reshape(-1, 1, 2)
    there, went, _ = cv2.calcOpticalFlowPyrLK(
        before, after, flat, None, **_OPTIONS
    )
    back, came, _ = cv2.calcOpticalFlowPyrLK(
        after, before, there, None, **_OPTIONS
    )
    good = (went == 1) & (came == 1)
    good &= np.abs(back - flat).max(axis=2) < _RETURN
    there, good = there.reshape(start.shape), good.reshape(start.shape[:2])
    for row, index in enumerate(alive):
        if good[row].mean() >= _SHARE:
            moved[index] = _moved(
                boxes[index], start[row, good[row]], there[row, good[row]]
            )
    centre = (moved[:, :2] + moved[:, 2:]) / 2
    gone = (centre < 0).any(axis=1) | (centre > before.shape[::-1]).any(axis=1)
    moved[gone] = np.nan
    return moved


def _moved(box, start, there):
    shift = _compute_median(there - start)
    # How much further apart, of the distances to the middle of the points;
    # weighed by them, since close to it a pixel's error says nothing.
    middle = _compute_median(start)
    apart = [
        np.hypot(*(points - around).T)
        for points, around in ((start, middle), (there, middle + shift))
    ]
    scale = _compute_weighted_median(
        apart[1] / np.maximum(apart[0], 1e-3), apart[0]
    )
    scale = np.clip(scale, 0.9, 1.1)
    centre = (box[:2] + box[2:]) / 2 + shift
    half = (box[2:] - box[:2]) / 2 * scale
    return np.concatenate([centre - half, centre + half])


def _compute_weighted_median(values, weights):
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return values[order[np.searchsorted(sums, sums[-1] / 2)]]


def _compute_median(values):
    """As `np.median` along the first axis, at a fifth of its overhead."""
    ranked = np.sort(values, axis=0)
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) / 2
