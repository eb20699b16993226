"""Lists the parameters that each step tries, and applies the step."""

import math
from collections.abc import Iterator

import numpy as np

from emoaff.evaluation.postprocessing.filters import compute_running_median
from emoaff.evaluation.postprocessing.filters import delay
from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.settings import Settings

_SHORTEST_S = 0.04
_LONGEST_MEDIAN_S = 20.0
_LONGEST_SHIFT_S = 10.0
# So that 0.04 s at 25 Hz is one frame, whatever the last bit says.
_SLACK = 1e-9


def list_candidates(
    kind: str,
    truth: np.ndarray,
    course: np.ndarray,
    rate_hz: float,
    settings: Settings,
) -> Iterator[dict]:
    """Yields the parameters that a step may have, smallest first.

    Args:
        kind: One of `settings.KINDS`.
        truth: float `(n,)`, NaN where unlabelled.
        course: float `(n,)`, NaN where there is no prediction.
        rate_hz: Frames per second.
        settings: What to try.

    Yields:
        The `parameters` of a `CourseStep`; none where the step is impossible.
    """
    if kind == "median":
        for frames in _windows(rate_hz, settings.median_grid_s):
            yield {"frames": frames, "seconds": frames / rate_hz}
    elif kind == "shift":
        sign = {"forward": 1, "backward": -1}
        for frames in _list_shifts(rate_hz, settings.shift_grid_s):
            for direction in settings.shift_directions:
                signed = sign[direction] * frames
                yield {"frames": signed, "seconds": signed / rate_hz}
    else:
        yield from _list_levels(kind, truth, course, settings)


def apply_step(
    kind: str,
    parameters: dict,
    course: np.ndarray,
    layout: Layout,
    settings: Settings,
) -> np.ndarray:
    """Applies a step.

    Args:
        kind: One of `settings.KINDS`.
        parameters: One of `list_candidates`.
        course: float `(n,)`, NaN where there is no prediction.
        layout: Where the recordings lie.
        settings: As for `list_candidates`.

    Returns:
        float64 `(n,)`.
    """
    if kind == "median":
        return compute_running_median(course, layout, parameters["frames"])
    if kind == "shift":
        return delay(course, layout, parameters["frames"])
    if settings.per == "recording":
        return _apply_level(kind, parameters, course, layout, settings)
    if kind == "centre":
        return course + parameters["bias"]
    about = parameters["about"]
    return about + (course - about) * parameters["ratio"]


def _windows(rate_hz, grid_s):
    if grid_s is None:
        longest = math.floor(_LONGEST_MEDIAN_S * rate_hz + _SLACK)
        shortest = math.ceil(_SHORTEST_S * rate_hz - _SLACK)
        return range(max(3, shortest + (shortest + 1) % 2), longest + 1, 2)
    halves = {round((s * rate_hz - 1) / 2) for s in grid_s}
    return [2 * half + 1 for half in sorted(halves) if half >= 0]


def _list_shifts(rate_hz, grid_s):
    if grid_s is None:
        longest = math.floor(_LONGEST_SHIFT_S * rate_hz + _SLACK)
        shortest = math.ceil(_SHORTEST_S * rate_hz - _SLACK)
        return range(max(1, shortest), longest + 1)
    return sorted({round(s * rate_hz) for s in grid_s})


def _list_levels(kind, truth, course, settings):
    labelled = ~np.isnan(truth)
    both = labelled & ~np.isnan(course)
    if not both.any():
        return
    if settings.per == "recording":
        mean, deviation = _compute_level(truth[labelled])
        if kind == "centre":
            yield {"mean": mean}
        else:
            yield {"deviation": deviation}
        return
    mean_truth, deviation_truth = _compute_level(truth[both])
    mean, deviation = _compute_level(course[both])
    if kind == "centre":
        yield {"bias": mean_truth - mean}
    elif deviation > 0:
        about = mean if settings.scale_about == "mean" else 0.0
        yield {"ratio": deviation_truth / deviation, "about": about}


def _apply_level(kind, parameters, course, layout, settings):
    result = course.copy()
    for place in layout.slices:
        x = course[place]
        if np.isnan(x).all():
            continue
        mean, deviation = _compute_level(x[~np.isnan(x)])
        if kind == "centre":
            result[place] = x - mean + parameters["mean"]
        elif deviation > 0:
            about = mean if settings.scale_about == "mean" else 0.0
            ratio = parameters["deviation"] / deviation
            result[place] = about + (x - about) * ratio
    return result


def _compute_level(x):
    # From one of its own values, so that a constant course spreads exactly 0.
    rest = x - x[0]
    return float(x[0] + rest.mean()), float(rest.std())
