"""How far a long job is, on a terminal or in a log."""

from emoaff.progress.escape import escape_unprintable
from emoaff.progress.progress import Progress

__all__ = ["Progress", "escape_unprintable"]
