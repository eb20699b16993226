"""What recipes' files say, read without running them.

So neither does a recipe of one's own do anything, nor is TensorFlow loaded.

What is public here:

    list_recipes() -> list of str
    find_source(recipe, run) -> path
    read_title(recipe) -> str
"""

import ast
import importlib.util
import os
import pathlib
import pkgutil

# Not imported: recipes are found as plug-ins, so that training knows none.
PACKAGE = "emoaff.recipes"


def list_recipes() -> list[str]:
    """Returns the names of the recipes, sorted.

    Example:
    >>> list_recipes()[:3]
    ['afew_va', 'affectnet_va', 'affwildnet_resnet']
    """
    return sorted(module.name for module in pkgutil.iter_modules(_places()))


def find_source(recipe: str, run: str | os.PathLike = "") -> pathlib.Path:
    """Returns the file of a recipe, which need not be there.

    Args:
        recipe: Its name, as in a run's `config.json`.
        run: The folder of a run, which has a copy of a recipe of one's own.

    Example:
    >>> find_source("finetune").name
    'finetune.py'
    """
    if recipe.endswith(".py"):
        return pathlib.Path(run, recipe)
    return pathlib.Path(_places()[0], f"{recipe}.py")


def read_title(recipe: str) -> str:
    """Returns the first line of what a recipe of emoaff says it is.

    Example:
    >>> read_title("afew_va")
    'A preset of expressions learns valence and arousal of frames of films.'
    """
    text = find_source(recipe).read_text("utf-8")
    return ast.get_docstring(ast.parse(text)).splitlines()[0]


def _places():
    return importlib.util.find_spec(PACKAGE).submodule_search_locations
