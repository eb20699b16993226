"""How far a long job is, on a terminal or in a log."""

from emoaff.progress.progress import Progress

__all__ = ["Progress"]
