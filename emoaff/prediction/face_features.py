"""Feature vectors of every face in a video or picture."""

import os
from collections.abc import Iterator

import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.prediction.options import Options
from emoaff.prediction.timeline import Timeline
from emoaff.presets import LAYER
from emoaff.presets.preset import Preset

_CROPS = 64  # at once


def extract_features(
    path: str | os.PathLike,
    preset: Preset,
    layer: str = LAYER,
    options: Options = Options(),  # noqa: B008, frozen
    detector: FaceDetector | str | None = None,
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Finds the people of a video or picture and what a layer makes of them.

    Args:
        path: The file.
        preset: Whose image model sees the faces.
        layer: See `emoaff.presets.Preset.features`.
        options: How faces are found and followed; what concerns expressions
            means nothing here.
        detector: See `emoaff.prediction.timeline.Timeline`.

    Yields:
        Blocks of faces in the order of frames, then persons: `person`,
        `frame` (0-based) and `time_s`, each `(n,)`, and their vectors, float32
        `(n, width)`. A frame without a face has none.

    Raises:
        FileNotFoundError, ValueError: See `Timeline` and `Preset.features`.

    Example:
    >>> preset = emoaff.load_preset("compact_ferplus")
    >>> for about, vectors in extract_features("astronaut.jpg", preset):
    ...     print(about["person"], vectors.shape)
    [1] (1, 1024)
    """
    timeline = Timeline(path, preset, options, detector)
    waiting: list = []
    for frame, faces in timeline.find_faces():
        for face in faces:
            crop = timeline.running.crop(frame, face.box)
            waiting.append((face.person, frame.index, frame.time_s, crop))
        if len(waiting) >= _CROPS:
            yield _compute(preset, layer, waiting)
            waiting = []
    if waiting:
        yield _compute(preset, layer, waiting)


def _compute(preset, layer, waiting):
    person, frame, time_s, crops = zip(*waiting, strict=True)
    about = {
        "person": np.array(person),
        "frame": np.array(frame),
        "time_s": np.array(time_s, np.float64),
    }
    return about, preset.features(crops, layer)
