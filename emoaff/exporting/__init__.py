"""Models for other runtimes: SavedModel, ONNX and LiteRT.

What is named here is imported when it is first used, so that what needs no
TensorFlow does not load it.
"""

from typing import TYPE_CHECKING

from emoaff.version import import_late

# ruff: noqa: F401
if TYPE_CHECKING:  # for editors and the pages of the API
    from emoaff.exporting.exported_preset import load_exported
    from emoaff.exporting.exporter import ExportReport
    from emoaff.exporting.exporter import export
    from emoaff.exporting.metadata import read_metadata

_PLACES = {
    "ExportReport": "exporter",
    "export": "exporter",
    "load_exported": "exported_preset",
    "read_metadata": "metadata",
}

__all__ = [*_PLACES]

import_late(__name__, _PLACES)
