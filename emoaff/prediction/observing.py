"""Which frames are looked at, and which faces of each are used."""

import dataclasses
import math
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.data.thinning import frame_step
from emoaff.faces.detect import FaceDetector
from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.prediction.options import Options


def observed(
    frames: Iterable[Frame],
    options: Options,
    detector: FaceDetector,
    tracker=FaceTracker,
    samples=None,
) -> Iterator[tuple[Frame, list[Face]]]:
    """Finds the faces of a video's frames and picks those that are wanted.

    Args:
        frames: In order; those that `options.every` skips are not given.
        options: See `Options`.
        detector: Finds faces.
        tracker: The class that follows them.
        samples: Says of a frame whether a model with a memory looks at it;
            `None` for a model of pictures, which looks at all. Without a
            tracker, a face then stays where it was until the next sample, and
            for `options.gap_s` where none is found any more.

    Yields:
        Each frame with its faces.
    """
    frames = (frame for frame in frames if frame.index % options.every == 0)
    if options.detection == "track":
        followed = tracker(detector, live=options.live).track(frames)
        for frame, faces in followed:
            yield frame, chosen(faces, options)
        return
    held, lost_s, gap_s = [], None, options.gap_s + 1e-9
    for frame in frames:
        sampled = samples is None or samples(frame)
        faces = []
        if sampled or options.detection == "every":
            found = detector.detect(frame.image)
            faces = [Face.of(1, each.box, sampled, each) for each in found]
            faces = chosen(faces, options)
        if faces:
            held, lost_s = [_mark_undetected(faces[0])], None
        elif samples is not None:
            if sampled and lost_s is None:
                lost_s = frame.time_s
            if lost_s is not None and frame.time_s - lost_s > gap_s:
                held = []
            faces = held
        yield frame, faces


def chosen(faces: list[Face], options: Options) -> list[Face]:
    """Selects the faces that `options` asks for; of equals, the later one.

    Args:
        faces: Of one frame.
        options: Its `faces` and `min_score`.
    """
    faces = [face for face in faces if face.score > options.min_score]
    if options.faces == "all":
        return faces
    rank = {
        "largest": lambda face: face.box[2] * face.box[3],
        "best": lambda face: face.score,
        "lowest": lambda face: -face.score,
    }[options.faces]
    return sorted(faces, key=rank)[-1:]


def _mark_undetected(face):
    return dataclasses.replace(face, detected=False)


class PersonSampler:
    """Picks samples of one person, about `rate_hz` a second.

    The first frame is a sample. Where the frames come regularly, every so
    many of them is, by the rule of `emoaff.data.thinning.frame_step`; where
    they do not, the first one that is due by the clock.

    Args:
        rate_hz: Samples a second; `None` for every frame.
        average_fps: Frames a second that the video declares; NaN if unknown.
    """

    def __init__(self, rate_hz: float | None, average_fps: float):
        self._rate = rate_hz
        known = average_fps > 0  # NaN is not
        self._period = 1 / average_fps if known else math.nan
        self._step = 1
        if rate_hz and known:
            self._step = frame_step(average_fps, rate_hz, slow="keep")
        self._latest = None

    def takes(self, index: int, time_s: float) -> bool:
        """Returns whether the person's next frame is a sample.

        Args:
            index: 0-based frame of the video, rising.
            time_s: Its time in seconds.
        """
        if self._latest is not None and not self._due(index, time_s):
            return False
        self._latest = (index, time_s)
        return True

    def _due(self, index, time_s):
        if not self._rate:
            return True
        frames, passed = index - self._latest[0], time_s - self._latest[1]
        half = self._period / 2
        if abs(passed - frames * self._period) <= half:
            return frames >= self._step
        # A frame that is half a frame early is nearer than the one after it.
        early = half if half > 0 else 1e-6
        return passed >= 1 / self._rate - min(early, 0.5 / self._rate)


class ScriptSampler:
    """Picks every so many frames of the video, as EMO-AffectNet's script.

    Args:
        rate_hz: Samples a second; `None` for every frame.
        average_fps: Frames a second that the video declares; NaN if unknown.

    Raises:
        ValueError: If the rate of the video is unknown or so low that the
            script stops.
    """

    def __init__(self, rate_hz: float | None, average_fps: float):
        self._step = 1
        if rate_hz:
            try:
                self._step = frame_step(average_fps, rate_hz)
            except ValueError as error:
                raise ValueError(
                    f"Expected a video of more than {rate_hz / 2:g} frames a "
                    f"second for thinning 'script'. Found: {average_fps:g}. "
                    "Choose thinning 'person'."
                ) from error

    def takes(self, index: int, time_s: float) -> bool:
        """Returns whether a frame is a sample; see `PersonSampler`."""
        return index % self._step == 0
