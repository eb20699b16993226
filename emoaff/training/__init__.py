"""How a recipe is trained: experiments, updates, checkpoints, logs, devices.

What is named here is imported when it is first used, so that what needs no
TensorFlow does not load it.
"""

from typing import TYPE_CHECKING

from emoaff.version import import_late

# ruff: noqa: F401
if TYPE_CHECKING:  # for editors and the pages of the API
    from emoaff.training.batch_norm_reestimation import BatchNormReestimation
    from emoaff.training.batch_norm_reestimation import reestimate_batch_norm
    from emoaff.training.experiment import Experiment
    from emoaff.training.experiment import Stage
    from emoaff.training.own_parts import register_augmentation
    from emoaff.training.own_parts import register_label_space
    from emoaff.training.own_parts import register_loss
    from emoaff.training.own_parts import register_metric
    from emoaff.training.recipe_run import train

_PLACES = {
    "BatchNormReestimation": "batch_norm_reestimation",
    "Experiment": "experiment",
    "Stage": "experiment",
    "reestimate_batch_norm": "batch_norm_reestimation",
    "register_augmentation": "own_parts",
    "register_label_space": "own_parts",
    "register_loss": "own_parts",
    "register_metric": "own_parts",
    "train": "recipe_run",
}

__all__ = [*_PLACES]

import_late(__name__, _PLACES)
