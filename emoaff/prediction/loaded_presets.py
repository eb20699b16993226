"""Presets by name, loaded once for many videos."""

import functools
import os

from emoaff import presets
from emoaff.presets import Preset
from emoaff.presets import load_preset


def load_preset_once(preset: str | os.PathLike, engine: str) -> Preset:
    """Loads a preset, or returns the one that was asked for last.

    A model that is loaded anew for each video is also compiled anew, and
    TensorFlow warns of that.

    Args:
        preset: See `emoaff.load_preset`.
        engine: See there.

    Returns:
        The preset; loaded again if a file of it has changed since.

    Raises:
        ValueError, FileNotFoundError, ImportError: See
            `emoaff.load_preset`.
    """
    place = os.fspath(preset)
    try:
        folder = presets.find(place)
    except ValueError:  # an exported file, or none at all
        return load_preset(place, engine)
    stats = {file.name: file.stat() for file in folder.iterdir()}
    files = sorted((n, s.st_mtime_ns, s.st_size) for n, s in stats.items())
    return _load(place, engine, folder.resolve(), tuple(files))


# One: a model may be large.
@functools.lru_cache(maxsize=1)
def _load(place, engine, folder, files):
    return load_preset(place, engine)
