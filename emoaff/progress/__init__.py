"""How far a long job is, on a terminal or in a log; and words for people."""

from emoaff.progress.closest_name import describe_names
from emoaff.progress.closest_name import find_close
from emoaff.progress.closest_name import find_closest
from emoaff.progress.closest_name import suggest_name
from emoaff.progress.escape import escape_unprintable
from emoaff.progress.progress import Progress

__all__ = [
    "Progress",
    "describe_names",
    "escape_unprintable",
    "find_close",
    "find_closest",
    "suggest_name",
]
