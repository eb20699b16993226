"""Post-processing of valence and arousal over whole recordings."""

from emoaff.evaluation.postprocessing.filters import compute_running_median
from emoaff.evaluation.postprocessing.filters import delay
from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.postprocessor import CoursePostprocessor
from emoaff.evaluation.postprocessing.step import CourseStep
from emoaff.version import keep_old_names

__all__ = [
    "CoursePostprocessor",
    "CourseStep",
    "Layout",
    "compute_running_median",
    "delay",
]

keep_old_names(__name__)
