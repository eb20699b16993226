"""Checks a preset's `config.json` before it is used."""

import json
import math
import pathlib

import jsonschema

from emoaff.presets.config_schema import EXPORTED
from emoaff.presets.config_schema import WHOLE

# Levels of lists and objects within one another; shipped presets have 15.
_DEEPEST = 100
# What people and networks write down; numbers there may be missing (NaN).
_NOTES = ("provenance", "scores")


def _is_whole(checker, value):
    # Not JSON's 80.0, which nothing here takes for a size.
    return isinstance(value, int) and not isinstance(value, bool)


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", _is_whole
    ),
)


def strict_validator(schema: dict):
    """Returns a validator that takes no 80.0 for a whole number."""
    return _Validator(schema)


_whole = strict_validator(WHOLE)
_parts = strict_validator(EXPORTED)


def parse_json(text: str):
    """Reads JSON that is not nested without end.

    Raises:
        ValueError: If it is no JSON, or nested too deeply.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        value = None
        depth = math.inf
    else:
        depth = _depth(value)
    if depth > _DEEPEST:
        raise ValueError(
            f"lists and objects lie in one another more than {_DEEPEST} deep"
        )
    return value


def check_config(config, path: pathlib.Path) -> None:
    """Checks everything in `config.json` but the layers of `architecture`.

    Args:
        config: The parsed file.
        path: The file, for messages.

    Raises:
        ValueError: One sentence that names the first field that is wrong.
    """
    _check(_whole, config, path)


def check_parts(config: dict, path: pathlib.Path) -> None:
    """Checks what an exported file keeps of a preset's `config.json`.

    Args:
        config: The parts that it keeps.
        path: The file, for messages.

    Raises:
        ValueError: As `check_config`.
    """
    _check(_parts, config, path)


def describe_error(error: jsonschema.ValidationError) -> str:
    """Describes what is wrong with which field, without a full stop."""
    return (
        f"{_named(error.absolute_path)} {_wanted(error)}. Received: "
        f"{_short(error.instance)}"
    )


def _check(validator, config, path):
    error = next(iter(sorted(validator.iter_errors(config), key=_place)), None)
    if error is not None:
        raise _damaged(path, describe_error(error))
    for name, part in config.items():
        field = None if name in _NOTES else _find_infinite(part, [name])
        if field:
            raise _damaged(path, f"{_named(field)} should be a finite number")
    for name, output in config.get("outputs", {}).items():
        low, high = output.get("range", (0, 1))
        if not low < high:
            raise _damaged(
                path,
                f"`outputs.{name}.range` should rise. Received: {[low, high]}",
            )


def _damaged(path, what):
    return ValueError(
        f"Expected a preset's {path.name} in {path.parent}. The one there is "
        f"damaged: {what}. Take a fresh copy, or mend that field."
    )


def _place(error):
    return list(map(str, error.absolute_path))


def _named(place):
    return f"`{'.'.join(map(str, place))}`" if place else "its content"


def _wanted(error):
    wanted = error.validator_value
    match error.validator:
        case "required":
            missing = [n for n in wanted if n not in error.instance]
            return f"should have {missing[0]!r}"
        case "dependentRequired":
            return f"should have {', '.join(sum(wanted.values(), []))}"
        case "type":
            kinds = wanted if isinstance(wanted, list) else [wanted]
            return f"should be of the type {' or '.join(kinds)}"
        case "enum":
            return f"should be one of {', '.join(map(repr, wanted))}"
        case "const":
            return f"should be {wanted!r}"
        case "minimum" | "exclusiveMinimum":
            return f"should be {wanted} or more"
        case "maximum":
            return f"should be {wanted} or less"
        case "pattern" if error.absolute_path[-1] == "file":
            return "should be the name of a file in the preset's own folder"
        case "pattern" if error.absolute_path[-1] == "sha256":
            return "should be 64 hexadecimal digits"
        case "pattern":
            return "should be in lower case and not empty"
        case "uniqueItems":
            return "should not name anything twice"
        case _:
            return f"should fulfil {error.validator} {wanted}"


def _short(value):
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _depth(value):
    """Levels of lists and objects, counted without recursion."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
        ]
        depth += bool(level)
    return depth


def _find_infinite(node, place):
    if isinstance(node, float) and not math.isfinite(node):
        return place
    items = ()
    if isinstance(node, dict):
        items = node.items()
    elif isinstance(node, list):
        items = enumerate(node)
    for key, item in items:
        found = _find_infinite(item, [*place, key])
        if found:
            return found
    return None
