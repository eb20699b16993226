"""One module per experiment: what it is, its settings, what it should reach.

A recipe of clips has `NAME`, `CONFIG` (a `ClipConfig`), `ABOUT` (the texts of
its preset) and `build(config, data)`; any other has `NAME`, a frozen dataclass
`Config` of settings and a function `experiment`. `EXPECTED` are the numbers
that it should reach, and `SMALL` its settings for drawn faces, for minutes on
two CPU cores.

What is named here is imported when it is first used, so that what needs no
TensorFlow does not load it.
"""

from typing import TYPE_CHECKING

from emoaff.version import import_late
from emoaff.version import keep_old_names

# ruff: noqa: F401
if TYPE_CHECKING:  # for editors and the pages of the API
    from emoaff.training.recipe_lookup import describe_recipe
    from emoaff.training.recipe_lookup import find_recipe
    from emoaff.training.recipe_lookup import list_small_recipes
    from emoaff.training.recipe_lookup import load_recipe
    from emoaff.training.recipe_sources import list_recipes

_PLACES = {
    "describe_recipe": "emoaff.training.recipe_lookup",
    "find_recipe": "emoaff.training.recipe_lookup",
    "list_recipes": "emoaff.training.recipe_sources",
    "list_small_recipes": "emoaff.training.recipe_lookup",
    "load_recipe": "emoaff.training.recipe_lookup",
}

__all__ = [*_PLACES]

import_late(__name__, _PLACES)
keep_old_names(__name__)
