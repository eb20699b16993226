"""How a recipe is trained: experiments, updates, checkpoints, logs, devices."""

from emoaff.training.batch_norm_reestimation import BatchNormReestimation
from emoaff.training.batch_norm_reestimation import reestimate_batch_norm
from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.own_parts import register_augmentation
from emoaff.training.own_parts import register_label_space
from emoaff.training.own_parts import register_loss
from emoaff.training.own_parts import register_metric
from emoaff.training.recipe_run import train

__all__ = [
    "BatchNormReestimation",
    "Experiment",
    "Stage",
    "reestimate_batch_norm",
    "register_augmentation",
    "register_label_space",
    "register_loss",
    "register_metric",
    "train",
]
