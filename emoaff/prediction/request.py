"""What a result was asked to be, so that a finished one is known again."""

import dataclasses
import hashlib
import json
import os
import pathlib

from emoaff.prediction.options import Options
from emoaff.presets.preset import Preset
from emoaff.version import __version__


def identify_request(
    path: str | os.PathLike, preset: Preset, options: Options, **more
) -> str:
    """Returns 16 digits for a file as it is now, a model and options.

    They change with the file's size or time of change, with any byte of the
    preset, with each option, with a file that an option names, and with the
    version of emoaff.

    Args:
        path: The video or picture.
        preset: Its prior counts as well.
        options: See `Options`.
        **more: What else the result depends on, plain enough for JSON.

    Raises:
        OSError: If a file is not there.
    """
    asked = {
        "file": _look_at(path),
        "preset": preset.config,
        "prior": preset.describe_prior(),
        "engine": preset.engine,
        "options": dataclasses.asdict(options),
        "version": __version__,
        **more,
    }
    if isinstance(options.baseline, str):
        asked["resting"] = _look_at(options.baseline)
    if options.people is not None:
        found = sorted(pathlib.Path(options.people).rglob("*"))
        asked["people"] = [[str(each), *_look_at(each)] for each in found]
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _look_at(path):
    found = pathlib.Path(path).stat()
    return [found.st_size, found.st_mtime_ns]
