from emoaff.experiments.experiment import Experiment
from emoaff.experiments.experiment import Stage

__all__ = ["Experiment", "Stage"]
