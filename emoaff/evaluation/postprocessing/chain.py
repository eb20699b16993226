"""How the steps of one dimension are found and applied."""

import math

import numpy as np

from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.settings import Settings
from emoaff.evaluation.postprocessing.step import CourseStep
from emoaff.evaluation.postprocessing.step_kinds import apply_step
from emoaff.evaluation.postprocessing.step_kinds import list_candidates
from emoaff.metrics.whole_signals import compute_ccc


def fit_steps(
    truth: np.ndarray,
    prediction: np.ndarray,
    layout: Layout,
    rate_hz: float,
    settings: Settings,
) -> tuple[CourseStep, ...]:
    """Finds the steps of one dimension.

    Args:
        truth: float `(n,)`, NaN where unlabelled.
        prediction: float `(n,)`, NaN where there is none.
        layout: Where the recordings lie.
        rate_hz: Frames per second.
        settings: What to try.

    Returns:
        One step per kind tried, kept or not. Of equally good parameters the
        first, the smallest window or shift, is taken.
    """
    steps = []
    course, before = prediction, compute_ccc(truth, prediction)
    for kind in settings.steps:
        after, best, result = math.nan, {}, course
        for parameters in list_candidates(
            kind, truth, course, rate_hz, settings
        ):
            tried = apply_step(kind, parameters, course, layout, settings)
            reached = compute_ccc(truth, tried)
            if not math.isnan(reached) and not reached <= after:
                after, best, result = reached, parameters, tried
        kept = after > before
        steps.append(CourseStep(kind, kept, before, after, best))
        if kept:
            course, before = result, after
    return tuple(steps)


def apply_steps(
    steps: tuple[CourseStep, ...],
    prediction: np.ndarray,
    layout: Layout,
    settings: Settings,
) -> np.ndarray:
    """Applies the kept steps of one dimension.

    Args:
        steps: What `fit_steps` found.
        prediction: float `(n,)`.
        layout: Where the recordings lie.
        settings: As for `fit_steps`.

    Returns:
        float64 `(n,)`.
    """
    course = prediction
    for step in steps:
        if step.kept:
            course = apply_step(
                step.kind, step.parameters, course, layout, settings
            )
    return course
