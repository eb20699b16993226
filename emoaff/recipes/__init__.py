"""One module per experiment: what it is, command, expected number, hours.

A recipe has a frozen dataclass `Config` of settings. One that learns from
windows of frames derives it from `ClipConfig` and has `build(config, data)` and
`ABOUT`, the texts of its preset; any other has a function `experiment` of its
own.
"""

import importlib
import pkgutil

from emoaff.experiments.experiment import Experiment


def names() -> list[str]:
    """Returns the names of the recipes, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def load(name: str):
    """Returns the recipe module of that name.

    Raises:
        ValueError: If there is none; the message lists them.
    """
    if name not in names():
        raise ValueError(
            f"No recipe {name!r}. Expected one of: {', '.join(names())}."
        )
    return importlib.import_module(f"emoaff.recipes.{name}")


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
    from emoaff.experiments.clip_experiment import clip_experiment

    return clip_experiment(
        config,
        data_dir,
        out,
        report,
        build=module.build,
        about={**module.ABOUT, "name": module.NAME},
        splits=splits,
    )
