"""Reads and changes settings by name, of any recipe.

Settings are a frozen dataclass: flat, or with dataclasses of its own as groups
of settings, which are then named with a dot, `optimizer.learning_rate`. Its
class may have `OLD_NAMES`, a dict from names that settings had before to those
they have now.

What is public here:

    list_settings(config) -> dict
    nest_settings(settings) -> dict
    get_setting(config, name, default) -> value
    change_groups(config, groups) -> config
    parse_overrides(defaults, overrides) -> config
    read_stored(defaults, stored) -> config
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from emoaff.progress import describe_names

_LISTER = "emoaff recipes RECIPE --settings"


def list_settings(config) -> dict[str, Any]:
    """Returns every setting by its name, in the order of the dataclass."""
    settings = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            for name, inner in list_settings(value).items():
                settings[f"{field.name}.{name}"] = inner
        else:
            settings[field.name] = value
    return settings


def nest_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings by name with each group as a dict of its own."""
    nested = {}
    for name, value in settings.items():
        _place(nested, name, value)
    return nested


def get_setting(config, name: str, default=None):
    """Returns a setting by its name of today or before.

    Args:
        config: The settings.
        name: Such as `"optimizer.learning_rate"` or `"learning_rate"`.
        default: What to return where there is no such setting.
    """
    return list_settings(config).get(_current(config, name), default)


def change_groups(config, groups: Mapping[str, Any]):
    """Returns a copy of settings with other values.

    Args:
        config: The settings.
        groups: By name of a field of `config`: a dict of those values in a
            group that change, or the new value as a whole.

    Raises:
        ValueError: For an unknown name; the message lists the known.
    """
    _refuse_unknown(config, groups, "")
    changed = {}
    for name, value in groups.items():
        before = getattr(config, name)
        if dataclasses.is_dataclass(before):
            value = _changed_group(name, before, value)
        changed[name] = value
    return dataclasses.replace(config, **changed)


def parse_overrides(defaults, overrides: dict[str, str]):
    """Changes settings by texts such as `{"seed": "3"}`.

    Text settings take the text as it is; every other one takes JSON, or, if
    it holds texts already, texts with commas between, `a,b` or `[a,b]`.

    Args:
        defaults: The settings to begin with; or their class, for its own.
        overrides: By name of today or before.

    Returns:
        The changed settings.

    Raises:
        ValueError: For an unknown name, a value of another type, or a setting
            that is given twice.
    """
    if isinstance(defaults, type):
        defaults = defaults()
    known, groups, given = list_settings(defaults), {}, {}
    for name, text in overrides.items():
        current = _current(defaults, name)
        if current not in known:
            raise ValueError(
                f"No setting {name!r}.{describe_names(name, known, _LISTER)}"
            )
        if current in given:
            raise ValueError(
                f"Expected {current} once. Received: {given[current]} and "
                f"{name}. Drop one of the two."
            )
        given[current] = name
        _place(groups, current, _parse(name, text, known[current]))
    return change_groups(defaults, groups)


def read_stored(defaults, stored: Mapping[str, Any]):
    """Reads settings as a run's `config.json` has them.

    Args:
        defaults: Settings of the same recipe, for what is not stored.
        stored: By name; with groups as dicts, as they are written, or flat,
            as they were written before there were groups.

    Returns:
        Settings of the type of `defaults`.

    Raises:
        ValueError: For a name that is no setting.
    """
    groups = {}
    for name, value in stored.items():
        if isinstance(value, Mapping):
            for inner, each in value.items():
                _place(groups, f"{name}.{inner}", each)
        elif value != "" or not _is_given(stored, defaults, name):
            _place(groups, _current(defaults, name), value)
    return change_groups(defaults, groups)


def _is_given(stored, config, name):
    """Whether what is empty under an old name has a value under another."""
    current = _current(config, name)
    return any(
        value != "" and other != name and _current(config, other) == current
        for other, value in stored.items()
    )


def _changed_group(name, before, value):
    if isinstance(value, Mapping):
        _refuse_unknown(before, value, f"{name}.")
        return dataclasses.replace(before, **value)
    if not isinstance(value, type(before)):
        raise ValueError(
            f"`{name}` is a group of settings. Expected a dict of those that "
            f"change. Received: {name}={value!r}."
        )
    return value


def _current(config, name):
    """The name that a setting has today."""
    return getattr(type(config), "OLD_NAMES", {}).get(name, name)


def _place(groups, name, value):
    group, dot, inner = name.partition(".")
    if dot:
        groups.setdefault(group, {})[inner] = value
    else:
        groups[group] = value


def _refuse_unknown(config, names, prefix):
    known = [field.name for field in dataclasses.fields(config)]
    for name in names:
        if name not in known:
            raise ValueError(
                f"No setting {prefix + name!r}."
                + describe_names(
                    prefix + name, [prefix + each for each in known], _LISTER
                )
            )


def _parse(name, text, default):
    if isinstance(default, str):
        return text
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = None
        if default and type(default) is tuple and isinstance(default[0], str):
            value = text.removeprefix("[").removesuffix("]").split(",")
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    # `type`, since a bool is an int too.
    wanted = list if type(default) is tuple else type(default)
    if type(value) is not wanted:
        raise ValueError(
            f"Expected a value like {json.dumps(default)} for {name}. "
            f"Received: {name}={text}."
        )
    return value
