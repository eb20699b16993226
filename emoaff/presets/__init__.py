"""Presets: a model with everything needed to use it, in one folder.

What is named here is imported when it is first used, so that `import emoaff`
can tell `add_form` of exported files without loading what presets need.
"""

from typing import TYPE_CHECKING

from emoaff.version import import_late
from emoaff.version import keep_old_names

# ruff: noqa: F401
if TYPE_CHECKING:  # for editors and the pages of the API
    from emoaff.presets.class_prior import ClassPrior
    from emoaff.presets.features import LAYER
    from emoaff.presets.features import features_folder
    from emoaff.presets.features import resolve_preset
    from emoaff.presets.folder import CARD
    from emoaff.presets.folder import CONFIG
    from emoaff.presets.folder import WEIGHTS
    from emoaff.presets.folder import find
    from emoaff.presets.folder import is_named
    from emoaff.presets.folder import list_presets
    from emoaff.presets.folder import load_preset
    from emoaff.presets.folder import read_config
    from emoaff.presets.folder import save_preset
    from emoaff.presets.folder import write_config
    from emoaff.presets.other_forms import add_form
    from emoaff.presets.preset import Preset

_PLACES = {
    "CARD": "folder",
    "CONFIG": "folder",
    "LAYER": "features",
    "WEIGHTS": "folder",
    "ClassPrior": "class_prior",
    "Preset": "preset",
    "add_form": "other_forms",
    "features_folder": "features",
    "find": "folder",
    "is_named": "folder",
    "list_presets": "folder",
    "load_preset": "folder",
    "read_config": "folder",
    "resolve_preset": "features",
    "save_preset": "folder",
    "write_config": "folder",
}

__all__ = [*_PLACES]

import_late(__name__, _PLACES)
keep_old_names(__name__)
