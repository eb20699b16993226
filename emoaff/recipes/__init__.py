"""One module per experiment: what it is, command, expected number, hours."""

import importlib
import pkgutil


def names() -> list[str]:
    """Returns the names of the recipes, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def load(name: str):
    """Returns the recipe module of that name.

    Raises:
        ValueError: If there is none; the message lists them.
    """
    if name not in names():
        raise ValueError(
            f"No recipe {name!r}. Expected one of: {', '.join(names())}."
        )
    return importlib.import_module(f"emoaff.recipes.{name}")
