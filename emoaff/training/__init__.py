"""How a recipe is trained: experiments, updates, checkpoints, logs, devices."""

from emoaff.training.batch_norm_reestimation import BatchNormReestimation
from emoaff.training.batch_norm_reestimation import reestimate_batch_norm
from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.recipe_run import train

__all__ = [
    "BatchNormReestimation",
    "Experiment",
    "Stage",
    "reestimate_batch_norm",
    "train",
]
