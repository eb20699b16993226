"""Finds recipes by name and makes their experiments."""

import importlib
import importlib.util
import pkgutil

from emoaff.training.clip_experiment import clip_experiment
from emoaff.training.experiment import Experiment

# Not imported: recipes are found as plug-ins, so that training knows none.
_PACKAGE = "emoaff.recipes"


def names() -> list[str]:
    """Returns the names of the recipes, sorted."""
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations
    return sorted(module.name for module in pkgutil.iter_modules(places))


def load(name: str):
    """Returns the recipe module of that name.

    Raises:
        ValueError: If there is none; the message lists them.
    """
    if name not in names():
        raise ValueError(
            f"No recipe {name!r}. Expected one of: {', '.join(names())}."
        )
    return importlib.import_module(f"{_PACKAGE}.{name}")


def experiment(
    module, config, data_dir, out, report, splits=None
) -> Experiment:
    """Makes the experiment of a recipe.

    Args:
        module: The recipe.
        config: An instance of its `Config`.
        data_dir: Where the corpora were built.
        out: Folder of the run.
        report: Called with lines of progress.
        splits: Two `Recordings` to train on and to validate with, instead of
            the corpus's splits, or `None`.

    Raises:
        ValueError: If `splits` are given to a recipe that reads its own.
    """
    if hasattr(module, "experiment"):
        if splits is not None:
            raise ValueError(
                f"{module.NAME} reads its own pictures, so it cannot be "
                "trained on other splits. Choose a recipe of clips."
            )
        return module.experiment(config, data_dir, out, report)
    return clip_experiment(
        config,
        data_dir,
        out,
        report,
        build=module.build,
        about={**module.ABOUT, "name": module.NAME},
        splits=splits,
    )
