"""From a video or picture to one row per frame and person."""

import collections
import dataclasses
import os
import pathlib
from collections.abc import Iterator

import numpy as np

from emoaff import results
from emoaff.faces.detect import FaceDetector
from emoaff.faces.media import media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.faces.video import Video
from emoaff.postprocess import CausalSmoother
from emoaff.postprocess import CentredSmoother
from emoaff.presets import Preset
from emoaff.presets import load_preset
from emoaff.row import Row

_CROPS = 32  # a batch for the model; more gain nothing on a CPU
_FRAMES = 64  # frames to wait for a batch to fill


@dataclasses.dataclass(frozen=True)
class Options:
    """What `predict` does beside the model.

    Args:
        faces: `"all"`, or `"largest"` for the largest face of each frame.
        every: Look at every so many frames only, from the first; at least 1.
        live: Whether each row may use nothing of its future, as with a
            webcam: no look-ahead in tracking, causal smoothing.

    Raises:
        ValueError: If a value is out of range.
    """

    faces: str = "all"
    every: int = 1
    live: bool = False

    def __post_init__(self):
        if self.faces not in ("all", "largest"):
            raise ValueError(
                'Expected faces to be "all" or "largest". '
                f"Received: faces={self.faces!r}."
            )
        if self.every < 1:
            raise ValueError(
                f"Expected every to be 1 or more. Received: every={self.every}."
            )


class Timeline:
    """The rows of one video or picture, computed while they are read.

    Reading holds a bounded number of frames, whatever the length of the video.
    Each reading starts from the first frame.

    Args:
        path: The file.
        preset: The model.
        options: See `Options`.
        detector: Finds the faces; share one among files, since its networks
            take a second to load.

    Attributes:
        kind: `"video"` or `"picture"`.
        frames: Frames looked at so far.
        frames_with_face: Those with at least one row with a person.
        rows_of: Person to number of rows so far.
        times_of: Person to (first, last) time in seconds so far.
        best_of: Person to a counter of smoothed expressions so far.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is neither a video nor a picture that can be read.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        preset: Preset,
        options: Options = Options(),  # noqa: B008, frozen
        detector: FaceDetector | None = None,
    ):
        self.path = pathlib.Path(path)
        self.preset, self.options = preset, options
        self.detector = detector or FaceDetector()
        self.kind = media_kind(self.path) or "video"
        self.smoother = CausalSmoother() if options.live else CentredSmoother()
        if self.kind == "video":
            self._video = Video(self.path)
        else:
            self._picture = read_picture(self.path)
        self._reset()

    def __iter__(self) -> Iterator[Row]:
        self._reset()
        for row in self.smoother(self._rows()):
            self._count(row)
            yield row

    def to_pandas(self):
        """Reads everything into a table with the columns of the result file.

        Returns:
            A `pandas.DataFrame`; NaN and None where there is no value.
        """
        import pandas

        classes = self.classes
        columns = results.columns(classes)
        cells = [results.values(row, classes) for row in self]
        return pandas.DataFrame(cells, columns=columns)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the probabilities; may be empty."""
        return self.preset.labels.classes if self.preset.labels else ()

    @property
    def warnings(self) -> list[str]:
        """What went wrong in reading so far, as clauses."""
        return list(self._video.warnings) if self.kind == "video" else []

    @property
    def damaged(self) -> bool:
        """Whether pictures of the file were missing or broken so far."""
        return self.kind == "video" and self._video.damaged

    @property
    def duration_s(self) -> float:
        """Seconds that the file declares; NaN where unknown, 0 a picture."""
        return self._video.duration_s if self.kind == "video" else 0.0

    def facts(self) -> dict:
        """What the file is, for the result's header."""
        if self.kind == "picture":
            height, width = self._picture.image.shape[:2]
            return {"kind": "picture", "width": width, "height": height}
        video = self._video
        return {
            "kind": "video",
            "codec": video.codec,
            "width": video.width,
            "height": video.height,
            "rotation": video.rotation,
            "average_fps": video.average_fps,
            "declared_duration_s": video.duration_s,
            "declared_frames": video.declared_frames,
            "decoded_frames": video.decoded_frames,
            "start_s": video.start_s,
        }

    def _reset(self):
        self.frames = self.frames_with_face = 0
        self.rows_of = collections.Counter()
        self.times_of: dict[int, tuple[float, float]] = {}
        self.best_of: dict[int, collections.Counter] = {}
        self._last_counted = -1

    def _count(self, row):
        if row.frame != self._last_counted:
            self._last_counted = row.frame
            self.frames += 1
            self.frames_with_face += row.person is not None
        if row.person is None:
            return
        self.rows_of[row.person] += 1
        first = self.times_of.get(row.person, (row.time_s,))[0]
        self.times_of[row.person] = (first, row.time_s)
        if row.smoothed is not None:
            best = self.classes[int(np.argmax(row.smoothed))]
            counter = self.best_of.setdefault(row.person, collections.Counter())
            counter[best] += 1

    def _rows(self):
        if self.kind == "picture":
            observed = iter([(self._picture, self._faces_of_picture())])
        else:
            observed = self._tracked()
        if self.options.faces == "largest":
            observed = ((frame, _largest(faces)) for frame, faces in observed)
        wait = 1 if self.options.live else _FRAMES
        yield from _scored(observed, self.preset, wait)

    def _tracked(self):
        every = self.options.every
        frames = (f for f in self._video if f.index % every == 0)
        tracker = FaceTracker(self.detector, live=self.options.live)
        return tracker.track(frames)

    def _faces_of_picture(self):
        found = self.detector.detect(self._picture.image)
        found.sort(key=lambda detection: detection.box[0])
        return [
            Face(person, detection.box, detection.score, True)
            for person, detection in enumerate(found, start=1)
        ]


def predict_video(
    path: str | os.PathLike,
    preset: str | os.PathLike | Preset = "compact_ferplus",
    **options,
) -> Timeline:
    """Finds the people of a video or picture and their expressions.

    Args:
        path: The file.
        preset: A preset, its name or its folder.
        **options: The fields of `Options`.

    Returns:
        An iterable of `Row`, in the order of frames, then persons. A frame
        without a face has one row without values.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no video or picture, or an option is out of range.

    Example:
    >>> for row in predict_video("clip.mp4"):  # doctest: +SKIP
    ...     print(row.frame, row.time_s, row.person, row.probabilities)
    """
    if not isinstance(preset, Preset):
        preset = load_preset(preset)
    return Timeline(path, preset, Options(**options))


def _scored(observed, preset, wait) -> Iterator[Row]:
    """Turns frames with faces into rows, running the model in batches."""
    waiting, crops = [], []
    for frame, faces in observed:
        crops += [preset.crop(frame.image, face.box) for face in faces]
        # The picture itself is not kept: crops are all that is needed.
        waiting.append((frame.index, frame.time_s, faces))
        if len(crops) >= _CROPS or len(waiting) >= wait:
            yield from _flush(waiting, crops, preset)
            waiting, crops = [], []
    yield from _flush(waiting, crops, preset)


def _flush(waiting, crops, preset):
    answers = preset.predict(crops) if crops else {}
    i = 0
    for index, time_s, faces in waiting:
        if not faces:
            yield Row(index, time_s)
        for face in faces:
            values = {
                name: float(answers[name][i])
                for name in ("valence", "arousal")
                if name in answers
            }
            if "expression" in answers:
                values["probabilities"] = answers["expression"][i]
            yield Row(
                index, time_s, face.person, face.box, face.score, **values
            )
            i += 1


def _largest(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.box[2] * face.box[3])[-1:]
