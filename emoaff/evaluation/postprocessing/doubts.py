"""What a fitted chain of post-processing should not be trusted for."""

from collections.abc import Iterator

from emoaff.evaluation.postprocessing.settings import Settings
from emoaff.evaluation.postprocessing.step import CourseStep
from emoaff.evaluation.postprocessing.step_kinds import list_candidates

_LARGEST_RATIO = 3.0
# Predictions that go with the labels less than that are noise, scaled up.
_LEAST_CCC = 0.1


def list_doubts(
    name: str,
    steps: tuple[CourseStep, ...],
    rate_hz: float,
    settings: Settings,
) -> Iterator[str]:
    """Lists which kept steps of a dimension look like chance, in sentences.

    Args:
        name: Of the dimension.
        steps: As fitted.
        rate_hz: Frames per second of what they were fitted on.
        settings: What was tried.

    Yields:
        A sentence each: a window or shift that is the longest of several
        tried, since the best may lie beyond; a scale by more than 3 or less
        than a third, or of predictions whose CCC stays below .1.

    Example:
    >>> step = CourseStep("scale", True, -0.02, -0.008, {"ratio": 4.34})
    >>> settings = Settings(("scale",), "zero", "set", None, None, ())
    >>> for doubt in list_doubts("valence", (step,), 25.0, settings):
    ...     print(doubt)
    valence is scaled by 4.34 though its CCC is -0.008 afterwards: the \
predictions hardly follow the labels. Leave the step out.
    """
    for step in filter(lambda step: step.kept, steps):
        if step.kind in ("median", "shift"):
            yield from _doubt_edge(name, step, rate_hz, settings)
        elif step.kind == "scale":
            yield from _doubt_scale(name, step)


def _doubt_edge(name, step, rate_hz, settings):
    tried = {
        abs(each["frames"])
        for each in list_candidates(step.kind, None, None, rate_hz, settings)
    }
    if len(tried) > 1 and abs(step.parameters["frames"]) == max(tried):
        what = "a window" if step.kind == "median" else "a shift"
        yield (
            f"{name} is best with {what} of {step.parameters['seconds']:g} s, "
            f"the longest that was tried for its {step.kind}, so the true one "
            "may be longer, or there is none. Try a wider grid, or leave the "
            "step out."
        )


def _doubt_scale(name, step):
    ratio = step.parameters.get("ratio")
    how = "" if ratio is None else f" by {ratio:.3g}"
    if step.after < _LEAST_CCC:
        yield (
            f"{name} is scaled{how} though its CCC is {step.after:.3g} "
            "afterwards: the predictions hardly follow the labels. Leave the "
            "step out."
        )
    elif ratio and not 1 / _LARGEST_RATIO <= ratio <= _LARGEST_RATIO:
        yield (
            f"{name} is scaled{how}, which is far from 1: look at the range "
            "of predictions and labels before you trust it."
        )
