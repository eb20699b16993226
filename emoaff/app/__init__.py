"""A local web page for `emoaff predict`, and its HTTP API."""

from emoaff.app.limits import Limits
from emoaff.app.server import build_app
from emoaff.app.server import run_app

__all__ = ["Limits", "build_app", "run_app"]
