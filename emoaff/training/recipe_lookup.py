"""Finds recipes by name.

What is public here:

    list_small_recipes() -> list of str
    split_name(name, small) -> str, bool
    load_recipe(name) -> module
    find_recipe(name, small) -> Recipe
    read_recipe(module, small) -> Recipe
    describe_recipe(name) -> str
    describe_settings(name) -> str
"""

import dataclasses
import importlib
import json
import pathlib

from emoaff.progress import describe_names
from emoaff.training import recipe_file
from emoaff.training.recipe import Recipe
from emoaff.training.recipe_sources import PACKAGE
from emoaff.training.recipe_sources import list_recipes
from emoaff.training.settings import list_settings
from emoaff.training.unused_settings import find_unused
from emoaff.training.unused_settings import read_unused

# What names of small recipes began with before there was `--small`.
_OLD_PREFIX = "synthetic_"
_DRAWN = "synthetic_affect"


def load_recipe(name: str, whole: bool = True):
    """Returns the recipe module of that name, or in that file.

    What ends in `.py` is the path of a file, which is run. A name that a small
    recipe had before, such as `synthetic_rangulov_cnn`, is that of the module
    that has its settings now.

    Raises:
        ValueError: If there is none; the message lists them. For a file, see
            `emoaff.training.recipe_file.load_file`.
        FileNotFoundError: If there is no such file.

    Example:
    >>> load_recipe("tzirakis_recola").CONFIG.window.frames
    150
    """
    if recipe_file.is_file(name):
        return recipe_file.load_file(name, whole)
    known = list_recipes()
    current, _ = split_name(name)
    if current not in known:
        raise ValueError(
            f"No recipe {name!r}."
            + describe_names(
                name,
                known,
                "emoaff recipes",
                "the path of a file that ends in .py",
            )
        )
    return importlib.import_module(f"{PACKAGE}.{current}")


def find_recipe(name: str, small: bool = False, whole: bool = True) -> Recipe:
    """Returns the recipe of that name.

    Args:
        name: As `list_recipes` lists it, or the path of a file of your own; or
            as a small recipe was called before, which means `small`.
        small: Whether to take its settings for drawn faces.
        whole: Whether a file of your own must have all texts and a corpus;
            else texts that are missing are filled in, for a try-out.

    Raises:
        ValueError: If there is no such recipe, or it has no such settings; the
            message lists those there are.

    Example:
    >>> find_recipe("tzirakis_recola", small=True).dataset
    'synthetic_affect/studio'
    """
    return read_recipe(load_recipe(name, whole), split_name(name, small)[1])


def read_recipe(module, small: bool = False) -> Recipe:
    """Makes the recipe that a module describes.

    A recipe of clips has `NAME`, `CONFIG`, `ABOUT` and `build`; any other has
    `NAME`, a dataclass `Config` and a function `experiment`. Each may have
    `EXPECTED`, a tuple of `Expected`, `SMALL`, a `SmallRecipe`, `complete`,
    `finish` and `GOES_ON`, see `Recipe`.

    Args:
        module: The module.
        small: See `find_recipe`.

    Raises:
        ValueError: See `find_recipe`.
    """
    config = getattr(module, "CONFIG", None) or module.Config()
    expected = getattr(module, "EXPECTED", ())
    about = getattr(module, "ABOUT", {})
    if _is_own(module) and hasattr(module, "build"):
        about = recipe_file.fill_texts(about)
    recipe = Recipe(
        name=module.NAME,
        config=config,
        build=getattr(module, "build", None),
        finish=getattr(module, "finish", None),
        about=about,
        own_experiment=getattr(module, "experiment", None),
        complete=getattr(module, "complete", None),
        expected=tuple(e for e in expected if not e.corpus.startswith(_DRAWN)),
        text=module.__doc__ or "",
        file=getattr(module, "__file__", "") if _is_own(module) else "",
        goes_on=getattr(module, "GOES_ON", False),
    )
    return _make_small(recipe, module) if small else recipe


def _is_own(module):
    return recipe_file.is_file(module.NAME)


def list_small_recipes() -> list[str]:
    """Returns the names of recipes that have settings for drawn faces.

    Example:
    >>> "tzirakis_recola" in list_small_recipes()
    True
    """
    return [
        name for name in list_recipes() if hasattr(load_recipe(name), "SMALL")
    ]


def _make_small(recipe, module):
    small = getattr(module, "SMALL", None)
    if small is None:
        raise ValueError(
            f"{recipe.name} has no settings for drawn faces. Expected one of: "
            f"{', '.join(list_small_recipes())}. Leave out --small."
        )
    return dataclasses.replace(
        recipe,
        config=small.config,
        small=True,
        build=small.build or recipe.build,
        about=small.change_about(recipe.about),
        expected=tuple(
            each
            for each in module.EXPECTED
            if each.corpus == small.config.data.dataset
        ),
        text=small.describe(recipe.name),
    )


def split_name(name: str, small: bool = False) -> tuple[str, bool]:
    """Returns a recipe's name of today, and whether its small form is meant.

    Args:
        name: Of today or before.
        small: Whether it is meant anyway.
    """
    if name.startswith(_OLD_PREFIX) and not recipe_file.is_file(name):
        return name.removeprefix(_OLD_PREFIX), True
    return name, small


def describe_recipe(name: str) -> str:
    """Returns what a recipe is and what it should reach, for people.

    Raises:
        ValueError: If there is no such recipe.

    Example:
    >>> print(describe_recipe("afew_va").splitlines()[0])
    A preset of expressions learns valence and arousal of frames of films.
    """
    module = load_recipe(name)
    parts = [read_recipe(module).describe()]
    if hasattr(module, "SMALL"):
        parts.append(read_recipe(module, small=True).describe())
    return "\n\n".join(parts)


def describe_settings(name: str) -> str:
    """Returns a recipe's settings and their values, a line each.

    Values are written as `--set` takes them. Those that the recipe's network
    does not look at, or that others rule out, say so.

    Raises:
        ValueError: If there is no such recipe.

    Example:
    >>> print(describe_settings("finetune").splitlines()[-1])
    seed=0
    """
    recipe = find_recipe(name, whole=False)
    settings = list_settings(recipe.config)
    folder = pathlib.Path(recipe.file).parent
    never = read_unused(recipe.name, folder)
    notes = {
        **dict.fromkeys(find_unused(settings), "  (unused by these settings)"),
        **dict.fromkeys(never, "  (unused by this recipe)"),
    }
    return "\n".join(
        f"{each}={_write(value)}{notes.get(each, '')}"
        for each, value in settings.items()
    )


def _write(value):
    return value if isinstance(value, str) else json.dumps(value)
