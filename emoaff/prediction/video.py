"""From a video, a picture or a camera to one row per frame and person."""

import collections
import os
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.faces.detect import FaceDetector
from emoaff.faces.frame import Frame
from emoaff.faces.track import FaceTracker
from emoaff.prediction.finishing import Finishing
from emoaff.prediction.loaded_presets import load_preset_once
from emoaff.prediction.options import Options
from emoaff.prediction.row import Row
from emoaff.prediction.running import Running
from emoaff.prediction.timeline import Timeline
from emoaff.prediction.timeline import choose_detector
from emoaff.prediction.timeline import read_resting_rows
from emoaff.presets import Preset

__all__ = ["Options", "Timeline", "predict_frames", "predict_video"]


def predict_video(
    path: str | os.PathLike,
    preset: str | os.PathLike | Preset = "compact_ferplus",
    rules: str | None = None,
    **options,
) -> Timeline:
    """Finds the people of a video or picture and their expressions.

    Args:
        path: The file.
        preset: A preset, its name or its folder.
        rules: Whose rules hold where `options` say nothing else: `None` for
            our own, or `"emo-affectnet"`.
        **options: The fields of `Options`.

    Returns:
        An iterable of `Row`, in the order of frames, then persons. A frame
        without a face has one row without values.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no video or picture, or an option is out of range.

    Example:
    >>> for row in predict_video("astronaut.jpg"):
    ...     print(row.frame, row.time_s, row.person, row.probabilities.round(2))
    0 0.0 1 [0. 1. 0. 0. 0. 0. 0. 0.]
    """
    options = Options.of_rules(rules, **options)
    if not isinstance(preset, Preset):
        preset = load_preset_once(preset, options.engine)
    return Timeline(path, preset, options)


def predict_frames(
    frames: Iterable[Frame],
    preset: str | os.PathLike | Preset = "compact_ferplus",
    detector: FaceDetector | str | None = None,
    **options,
) -> Iterator[tuple[Frame, list[Row]]]:
    """As `predict_video` with `live`, for frames that come one by one.

    Each frame's rows are given before the next frame is asked for.

    Args:
        frames: Such as those of a camera: RGB, with rising times.
        preset: A preset, its name or its folder.
        detector: Finds the faces; `None` for a new one.
        **options: The fields of `Options`.

    Yields:
        Each frame that is looked at, with its rows.

    Raises:
        ValueError: An option is out of range.

    Example:
    >>> camera = iter(emoaff.faces.Video("astronaut.mp4"))
    >>> frames = (next(camera) for _ in range(5))
    >>> for frame, rows in predict_frames(frames, "my_preset"):
    ...     print(frame.index, [row.person for row in rows])  # 0.1 s late
    0 [None]
    1 [None]
    2 [None]
    3 [1]
    4 [1]
    """
    options = Options.of_rules(**{**options, "live": True})
    if not isinstance(preset, Preset):
        preset = load_preset_once(preset, options.engine)
    preset = preset.with_prior(options.prior)
    running = Running(preset, options)
    fed: collections.deque[Row] = collections.deque()
    # One row in, one row out: nothing is asked for that is not there yet.
    detector = choose_detector(detector, options)
    finishing = Finishing(
        preset,
        running.options,
        lambda path: read_resting_rows(path, preset, running.options, detector),
    )
    smoothed = finishing(iter(fed.popleft, None))
    for frame, rows in running.frames(frames, detector, FaceTracker):
        fed += rows
        yield frame, [next(smoothed) for _ in rows]
