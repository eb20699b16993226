"""Models for other runtimes: SavedModel, ONNX and LiteRT."""

from emoaff import presets
from emoaff.exporting import exported_preset
from emoaff.exporting.exporter import ExportReport
from emoaff.exporting.exporter import export
from emoaff.exporting.metadata import read_metadata

presets.add_form(exported_preset.is_exported, exported_preset.load_exported)

__all__ = ["ExportReport", "export", "read_metadata"]
