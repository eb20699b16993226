"""Presets: a model with everything needed to use it, in one folder."""

from emoaff.presets.class_prior import ClassPrior
from emoaff.presets.features import LAYER
from emoaff.presets.features import features_folder
from emoaff.presets.features import resolve_preset
from emoaff.presets.folder import CARD
from emoaff.presets.folder import CONFIG
from emoaff.presets.folder import WEIGHTS
from emoaff.presets.folder import add_form
from emoaff.presets.folder import find
from emoaff.presets.folder import is_named
from emoaff.presets.folder import list_presets
from emoaff.presets.folder import load_preset
from emoaff.presets.folder import read_config
from emoaff.presets.folder import save_preset
from emoaff.presets.folder import write_config
from emoaff.presets.preset import Preset
from emoaff.version import keep_old_names

__all__ = [
    "CARD",
    "CONFIG",
    "LAYER",
    "WEIGHTS",
    "ClassPrior",
    "Preset",
    "add_form",
    "features_folder",
    "find",
    "is_named",
    "list_presets",
    "load_preset",
    "read_config",
    "resolve_preset",
    "save_preset",
    "write_config",
]

keep_old_names(__name__)
