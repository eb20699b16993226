"""One module per experiment: what it is, its settings, what it should reach.

A recipe of clips has `NAME`, `CONFIG` (a `ClipConfig`), `ABOUT` (the texts of
its preset) and `build(config, data)`; any other has `NAME`, a frozen dataclass
`Config` of settings and a function `experiment`. `EXPECTED` are the numbers
that it should reach, and `SMALL` its settings for drawn faces, for minutes on
two CPU cores.
"""

from emoaff.training.recipe_lookup import describe_recipe
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_lookup import list_recipes
from emoaff.training.recipe_lookup import list_small_recipes
from emoaff.training.recipe_lookup import load_recipe
from emoaff.version import keep_old_names

__all__ = [
    "describe_recipe",
    "find_recipe",
    "list_recipes",
    "list_small_recipes",
    "load_recipe",
]

keep_old_names(__name__)
