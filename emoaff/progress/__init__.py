"""How far a long job is, on a terminal or in a log; and words for people."""

from emoaff.progress.closest_name import find_closest
from emoaff.progress.closest_name import suggest_name
from emoaff.progress.escape import escape_unprintable
from emoaff.progress.progress import Progress

__all__ = ["Progress", "escape_unprintable", "find_closest", "suggest_name"]
