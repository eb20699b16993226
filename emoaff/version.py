"""The version, and how packages find their names: late, or by an old one."""

import importlib
import sys
import warnings
from collections.abc import Mapping

__version__ = "0.2.0"

# Package to old name to the name of today. They may go with version 0.3.
RENAMED = {
    "emoaff.corpora": {
        "about": "get_about",
        "builder": "make_builder",
        "built": "require_built",
        "instructions": "describe_corpus",
        "label_space": "find_label_space",
        "names": "list_corpora",
        "splits": "list_splits",
    },
    "emoaff.evaluation.postprocessing": {
        "delayed": "delay",
        "running_median": "compute_running_median",
    },
    "emoaff.evaluation.scores": {
        "concordance": "compute_ccc",
    },
    "emoaff.faces": {
        "describe": "describe_faces",
        "media_files": "list_media",
        "media_kind": "find_media_kind",
    },
    "emoaff.labels": {
        "mapping": "make_mapping",
        "names": "list_label_spaces",
    },
    "emoaff.presets": {
        "names": "list_presets",
        "preset_of": "resolve_preset",
    },
    "emoaff.recipes": {
        "describe": "describe_recipe",
        "load": "load_recipe",
        "names": "list_recipes",
        "names_of_small": "list_small_recipes",
    },
}


def import_late(package: str, places: Mapping[str, str]) -> None:
    """Lets a package import what it names when that is first used.

    Args:
        package: Name of the package, which is being imported.
        places: Name of each public object to the module it is in: below the
            package, or by its whole name.
    """
    module = sys.modules[package]

    def find(name):
        if name not in places:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}"
            )
        place = places[name]
        if "." not in place:
            place = f"{package}.{place}"
        value = getattr(importlib.import_module(place), name)
        setattr(module, name, value)
        return value

    module.__getattr__ = find
    module.__dir__ = lambda: sorted({*vars(module), *places})


def keep_old_names(package: str) -> None:
    """Lets a package answer to its old names, with a DeprecationWarning.

    Args:
        package: One of `RENAMED`, already imported.
    """
    module, renamed = sys.modules[package], RENAMED[package]
    find_other = getattr(module, "__getattr__", None)

    def find(name):
        if name not in renamed and find_other is not None:
            return find_other(name)
        if name not in renamed:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}"
            )
        warnings.warn(
            f"`{package}.{name}` is now `{package}.{renamed[name]}`, and the "
            "old name will go. Use the new one.",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(module, renamed[name])

    module.__getattr__ = find
