"""Post-processing of valence and arousal over whole recordings."""

from emoaff.evaluation.postprocessing.filters import delayed
from emoaff.evaluation.postprocessing.filters import running_median
from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.postprocessor import CoursePostprocessor
from emoaff.evaluation.postprocessing.step import CourseStep

__all__ = [
    "CoursePostprocessor",
    "CourseStep",
    "Layout",
    "delayed",
    "running_median",
]
