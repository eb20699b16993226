"""What a file of fitted post-processing must look like."""

import json

import jsonschema

from emoaff.evaluation.postprocessing.settings import DIRECTIONS
from emoaff.evaluation.postprocessing.settings import KINDS
from emoaff.presets.config_check import describe_error
from emoaff.presets.config_check import strict_validator

_LEVEL = {"type": "number", "minimum": -1e6, "maximum": 1e6}
_GRID = {
    "type": ["array", "null"],
    "items": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e6},
    "minItems": 1,
}
_SETTINGS = {
    "steps": {"type": "array", "items": {"enum": list(KINDS)}},
    "scale_about": {"enum": ["zero", "mean"]},
    "per": {"enum": ["set", "recording"]},
    "median_grid_s": _GRID,
    "shift_grid_s": _GRID,
    "shift_directions": {"type": "array", "items": {"enum": list(DIRECTIONS)}},
}
_STEP = {
    "kind": {"enum": list(KINDS)},
    "kept": {"type": "boolean"},
    "before": {"type": ["number", "null"]},
    "after": {"type": ["number", "null"]},
    "parameters": {
        "type": "object",
        "properties": {
            "frames": {
                "type": "integer",
                "minimum": -1_000_000,
                "maximum": 1_000_000,
            }
        },
        "additionalProperties": _LEVEL,
    },
}


def _whole(properties):
    """The schema of an object with exactly these."""
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


_validator = strict_validator(
    {
        "type": "object",
        "required": ["settings", "rate_hz", "chains"],
        "properties": {
            "settings": _whole(_SETTINGS),
            "rate_hz": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1e6,
            },
            "chains": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "array",
                    "items": _whole(_STEP),
                },
            },
        },
    }
)


def check_chains(values: dict) -> None:
    """Checks what `CoursePostprocessor.to_dict` returned.

    Args:
        values: The dict.

    Raises:
        ValueError: One sentence that names the first field that is wrong.
    """
    # Lists for tuples, which a schema does not take for lists.
    values = json.loads(json.dumps(values))
    error = jsonschema.exceptions.best_match(_validator.iter_errors(values))
    if error is not None:
        raise _damaged(describe_error(error))
    for name, chain in values["chains"].items():
        for place, step in enumerate(chain):
            missing = _wanted(step, values["settings"]) - set(
                step["parameters"]
            )
            if step["kept"] and missing:
                raise _damaged(
                    f"`chains.{name}.{place}.parameters` should have "
                    f"{min(missing)!r}"
                )
            frames = step["parameters"].get("frames", 1)
            if step["kind"] == "median" and (frames < 1 or frames % 2 == 0):
                raise _damaged(
                    f"`chains.{name}.{place}.parameters.frames` should be odd "
                    f"and positive. Received: {frames}"
                )


def _wanted(step, settings):
    """The parameters that applying a step takes."""
    if step["kind"] in ("median", "shift"):
        return {"frames"}
    if settings["per"] == "recording":
        return {"mean" if step["kind"] == "centre" else "deviation"}
    return {"bias"} if step["kind"] == "centre" else {"ratio", "about"}


def _damaged(what):
    return ValueError(
        "Expected fitted post-processing as `CoursePostprocessor.save` wrote "
        f"it. It is damaged: {what}. Fit it again by --fit-postprocess."
    )
