"""One module per experiment: what it is, command, expected number, hours.

A recipe has a frozen dataclass `Config` of settings. One that learns from
windows of frames derives it from `ClipConfig` and has `build(config, data)` and
`ABOUT`, the texts of its preset; any other has a function `experiment` of its
own.
"""

from emoaff.training.recipe_lookup import load
from emoaff.training.recipe_lookup import names

__all__ = ["load", "names"]
