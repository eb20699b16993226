"""The rows of one video or picture, and what they add up to."""

import collections
import contextlib
import dataclasses
import math
import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.faces.detectors import build_detector
from emoaff.faces.media import find_media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.player_clock import read_player_start
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.faces.video import Video
from emoaff.prediction import tables
from emoaff.prediction.face_rows import choose_faces
from emoaff.prediction.face_rows import observe
from emoaff.prediction.finishing import Finishing
from emoaff.prediction.finishing import link_rows
from emoaff.prediction.naming import load_gallery
from emoaff.prediction.naming import name_faces
from emoaff.prediction.options import Options
from emoaff.prediction.options import choose_identity
from emoaff.prediction.person_tally import PersonTally
from emoaff.prediction.row import Row
from emoaff.prediction.running import Running
from emoaff.presets import Preset

_CROP_SIDE = 48  # pixels; FER2013's, the smallest that presets are scored on


class Timeline:
    """The rows of one video or picture, computed while they are read.

    Reading holds a bounded number of frames, whatever the length of the video.
    Each reading starts from the first frame.

    Args:
        path: The file.
        preset: The model, of any kind: of pictures, of windows of pictures,
            of features of another preset.
        options: See `Options`.
        detector: Finds the faces; share one among files, since its networks
            take a second to load.

    Attributes:
        kind: `"video"` or `"picture"`.
        classes: Class names in the order of the probabilities; may be empty.
        running: How the preset is run, see `Running`.
        frames: Frames looked at so far.
        frames_with_face: Those with at least one row with a person.
        rows_of: Person to number of rows so far.
        times_of: Person to (first, last) time in seconds so far.
        best_of: Person to a counter of smoothed expressions so far.
        doubts: A counter of why rows name no expression so far.
        tally_of: Person to a `PersonTally` of the rows given to `tally`.
        identity: How people are known again, see `choose_identity`.
        names: Person to name, by `options.people`, after `linked` has given
            the last row.
        tracker: The `FaceTracker` of the latest reading; None before, and
            where nobody is tracked.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is neither a video nor a picture that can be read, or
            preset, options and file do not fit each other.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> timeline = Timeline("astronaut.jpg", preset)
    >>> table = timeline.to_pandas()
    >>> table[["frame", "time_s", "person"]].values.tolist()
    [[0.0, 0.0, 1.0]]
    >>> timeline.kind, timeline.frames_with_face
    ('picture', 1)
    """

    def __init__(
        self,
        path: str | os.PathLike,
        preset: Preset,
        options: Options = Options(),  # noqa: B008, frozen
        detector: FaceDetector | str | None = None,
    ):
        self.path = pathlib.Path(path)
        preset = preset.with_prior(options.prior)
        self.preset, self.options = preset, options
        self.classes = preset.labels.classes if preset.labels else ()
        self.detector = choose_detector(detector, options)
        if options.min_face is not None:
            self.detector = self.detector.for_faces_from(options.min_face)
        self.kind = find_media_kind(self.path) or "video"
        self.finishing = Finishing(
            preset,
            options,
            lambda path: read_resting_rows(
                path, preset, options, self.detector
            ),
        )
        self.identity = choose_identity(options)
        self._gallery = None
        if options.people is not None:
            self._gallery = load_gallery(options.people)
        if self.kind == "video":
            self._video = Video(self.path)
        else:
            self._picture = read_picture(self.path)
            if options.crops:
                _require_crop(self.path, self._picture.image)
        self._reset()

    def __iter__(self) -> Iterator[Row]:
        self._reset()
        # Ended here, since its threads would go on with the same file.
        with contextlib.closing(self._rows()) as rows:
            yield from self._count_all(self.finishing(rows))

    def linked(
        self,
        folder: str | os.PathLike | None = None,
        seen: Callable[[Row], None] = lambda row: None,
    ) -> Iterator[Row]:
        """Gives the rows when all are known, with people linked across cuts.

        Args:
            folder: For a temporary file with the rows.
            seen: Called with each row while the video is read.

        Yields:
            The rows; see `link_rows`.
        """
        self._reset()

        def look(rows):
            for row in self.finishing(rows):
                seen(row)
                yield row

        follows = self.kind == "video" and self.options.detection == "track"
        numbers: dict[int, int] = {}
        with contextlib.closing(self._rows()) as source:
            rows = look(source)
            if follows and self.identity == "faces":
                rows = link_rows(
                    rows, lambda: self.tracker.links, folder, numbers
                )
            yield from self._count_all(rows)
        if follows and self.identity == "faces":
            self.names = {
                numbers.get(person, person): name
                for person, name in self.tracker.names.items()
            }
            self._ended = True

    @contextlib.contextmanager
    def tally(self) -> Iterator[Callable[[Row], None]]:
        """Opens `tally_of` for the rows of `linked`, which are added to it.

        Yields:
            Takes the next row, as the writer of a table does. When it is
            closed, what is shown last has ended.
        """
        yield self._add_to_tally
        for tally in self.tally_of.values():
            tally.close()

    def to_pandas(self):
        """Reads everything into a table with the columns of the result file.

        Returns:
            A `pandas.DataFrame`; NaN and None where there is no value, as in
            the file, and people by their final numbers.
        """
        import pandas

        classes = self.classes
        columns = tables.columns(classes)
        most = self.confidence_at_most
        rows = self.linked()
        # Texts that are empty in a file are missing when it is read.
        cells = [
            [None if cell == "" else cell for cell in cells]
            for cells in (tables.values(row, classes, most) for row in rows)
        ]
        return pandas.DataFrame(cells, columns=columns)

    @property
    def warnings(self) -> list[str]:
        """Problems met while reading so far, as clauses."""
        source = self._video if self.kind == "video" else self._picture
        said = list(source.warnings)
        if self._gallery is not None:
            said += self._gallery.warnings
            if self._ended and not self.names:
                known = ", ".join(self._gallery.names)
                said.append(f"nobody looks clearly like {known}")
        return said

    @property
    def damaged(self) -> bool:
        """Whether pictures of the file were missing or broken so far."""
        return self.kind == "video" and self._video.damaged

    @property
    def duration_s(self) -> float:
        """Seconds that the file declares; NaN where unknown, 0 a picture."""
        return self._video.duration_s if self.kind == "video" else 0.0

    def facts(self) -> dict:
        """Describes the file, for the result's header."""
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
            "player_start_s": read_player_start(self.path, video.start_s),
        }

    @property
    def confidence_at_most(self) -> float:
        """The highest confidence that is written, in `[0, 1]`.

        Of `n` pictures that the preset was scored on none tells an error of
        less than 1 in `n`, so `1 - 1 / n`; 1 where it was not scored.
        """
        rows = self.preset.config.get("scores", {}).get("rows", ())
        counts = [r["n"] for r in rows if r.get("measure") == "accuracy"]
        return 1 - 1 / max(counts) if counts and max(counts) > 1 else 1.0

    @property
    def smallest_face_px(self) -> float | None:
        """Side of the smallest face looked for; None where none is."""
        picture = self.kind == "picture"
        if picture and self.options.crops:
            return None
        facts = self.facts()
        limit = getattr(self.detector, "smallest_face", None)
        if limit is None:
            return None
        return round(limit(facts["width"], facts["height"], picture), 1)

    @property
    def label(self) -> str | None:
        """The class of the whole file by `options.label`; None without one."""
        index = self.running.tally.label(self.options.label)
        return self.classes[index] if index >= 0 and self.classes else None

    def _reset(self):
        fps = math.nan if self.kind == "picture" else self._video.average_fps
        self.running = Running(self.preset, self.options, fps)
        self.frames = self.frames_with_face = 0
        self.rows_of = collections.Counter()
        self.times_of: dict[int, tuple[float, float]] = {}
        self.best_of: dict[int, collections.Counter] = {}
        self.doubts = collections.Counter()
        self.tally_of: dict[int, PersonTally] = {}
        self._step_s = self.options.every / fps if fps > 0 else 0.0
        self._last_counted = -1
        self.tracker = None
        self.names: dict[int, str] = {}
        self._ended = False  # so who nobody is named after is known

    def _count_all(self, rows):
        for row in rows:
            self._count(row)
            yield row

    def _add_to_tally(self, row):
        if row.person is None:
            return
        if row.person not in self.tally_of:
            tally = PersonTally(self.classes, self._step_s)
            self.tally_of[row.person] = tally
        self.tally_of[row.person].add(row)

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
        self.doubts.update(filter(None, row.doubt.split("; ")))
        if row.smoothed is not None and not row.doubt:
            best = self.classes[int(np.argmax(row.smoothed))]
            counter = self.best_of.setdefault(row.person, collections.Counter())
            counter[best] += 1

    def find_faces(self):
        """Yields each frame with its faces, as they are found and followed."""
        if self.kind == "picture":
            yield self._picture, self._find_faces_of_picture()
        else:
            yield from observe(
                self._video, self.options, self.detector, FaceTracker
            )

    def _rows(self):
        if self.kind == "picture":
            seen = [(self._picture, self._find_faces_of_picture())]
            return self.running.make_rows_of_faces(self.running.doubted(seen))
        return self.running.rows(self._video, self.detector, self._make_tracker)

    def _make_tracker(self, detector, live):
        self.tracker = FaceTracker(
            detector,
            live=live,
            identity=self.identity,
            gallery=self._gallery,
        )
        return self.tracker

    def _find_faces_of_picture(self):
        image = self._picture.image
        if self.options.crops:
            box = (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
            return [Face(1, box, math.nan, True)]
        look = getattr(self.detector, "examine", self.detector.detect)
        found = look(image)
        found.sort(key=lambda detection: detection.box[0])
        faces = [
            Face.of(person, detection.box, True, detection)
            for person, detection in enumerate(found, start=1)
        ]
        if self._gallery is not None:
            self.names = name_faces(image, faces, self._gallery)
            self._ended = True
        return choose_faces(faces, self.options)


def choose_detector(detector, options: Options):
    """Returns a detector: the one given, one by its name, or a new one.

    Args:
        detector: See `Timeline`.
        options: Has the settings of a new one.
    """
    if detector is None:
        return FaceDetector(**options.list_detector_settings())
    return build_detector(detector)


def read_resting_rows(
    path: str | os.PathLike, preset: Preset, options: Options, detector
) -> Timeline:
    """Reads the rows of a file with a resting face, the largest in it."""
    options = dataclasses.replace(
        options, baseline=None, faces="largest", doubt=False, affect="model"
    )
    return Timeline(path, preset, options, detector)


def _require_crop(path, image):
    height, width = image.shape[:2]
    if min(height, width) < _CROP_SIDE:
        raise ValueError(
            f"{path}: expected a face crop of {_CROP_SIDE} by {_CROP_SIDE} "
            f"pixels or more. Received: {width} by {height}. Leave out "
            "--crops, or give a larger crop."
        )
