"""Models for other runtimes: SavedModel, ONNX and LiteRT."""

from emoaff.exporting.exported_preset import load_exported
from emoaff.exporting.exporter import ExportReport
from emoaff.exporting.exporter import export
from emoaff.exporting.metadata import read_metadata

__all__ = ["ExportReport", "export", "load_exported", "read_metadata"]
