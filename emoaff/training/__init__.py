"""How a recipe is trained: experiments, updates, checkpoints, logs, devices."""

from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.recipe_run import train

__all__ = ["Experiment", "Stage", "train"]
