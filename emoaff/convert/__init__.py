"""Weights of other systems as presets of emoaff, and the way back.

`SOURCES` has a function for each system whose files can be read: it takes the
file's path and settings by name, and returns a `Conversion`. The first line of
its docstring is what `emoaff convert --list` says of it.
"""

from emoaff.convert.conversion import Conversion
from emoaff.convert.converting import convert
from emoaff.convert.converting import save
from emoaff.convert.systems.catalogue import SOURCES
from emoaff.convert.torch_weights import write_safetensors

__all__ = ["SOURCES", "Conversion", "convert", "save", "write_safetensors"]
