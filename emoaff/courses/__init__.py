"""Courses of valence and arousal over whole recordings."""

from emoaff.courses.course_postprocessor import CoursePostprocessor
from emoaff.courses.course_step import CourseStep
from emoaff.courses.filters import delayed
from emoaff.courses.filters import running_median
from emoaff.courses.layout import Layout

__all__ = [
    "CoursePostprocessor",
    "CourseStep",
    "Layout",
    "delayed",
    "running_median",
]
