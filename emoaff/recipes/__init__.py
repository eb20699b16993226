"""One module per experiment: what it is, its settings, what it should reach.

A recipe of clips has `NAME`, `CONFIG` (a `ClipConfig`), `ABOUT` (the texts of
its preset) and `build(config, data)`; any other has `NAME`, a frozen dataclass
`Config` of settings and a function `experiment`. `EXPECTED` are the numbers
that it should reach, and `SMALL` its settings for drawn faces, for minutes on
two CPU cores.
"""

from emoaff.training.recipe_lookup import describe
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_lookup import load
from emoaff.training.recipe_lookup import names
from emoaff.training.recipe_lookup import names_of_small

__all__ = ["describe", "find_recipe", "load", "names", "names_of_small"]
