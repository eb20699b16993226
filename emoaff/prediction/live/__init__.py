"""Expressions from a camera, a stream or a file as it plays."""

from emoaff.prediction.live.live import run_live

__all__ = ["run_live"]
