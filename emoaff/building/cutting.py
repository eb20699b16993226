"""Cutting the faces of recordings, in this process, in several, or by Beam."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable
from collections.abc import Iterator

import joblib
import tensorflow as tf

from emoaff.building.clip_reader import ClipReader
from emoaff.building.face_crops import FaceCrop
from emoaff.building.face_crops import FaceCropper
from emoaff.building.footage import Footage
from emoaff.building.work_folder import WorkFolder
from emoaff.faces import FaceDetector
from emoaff.faces import Frame
from emoaff.faces import media_kind
from emoaff.faces import read_picture
from emoaff.progress import Progress

_NOMINAL_HZ = 25.0  # to follow faces in pictures of unknown rate


@dataclasses.dataclass(frozen=True)
class CropSettings:
    """How faces are cut; see `emoaff.building.face_crops.FaceCropper`."""

    size: int
    margin: float
    rate_hz: float | None
    quality: int


def cut_all(
    footage: Iterable[Footage],
    settings: CropSettings,
    work: WorkFolder,
    processes: int = 1,
    beam: dict | None = None,
) -> list[str]:
    """Cuts all faces that are not cut yet.

    Recordings of one file are done by one process in one go, as far as they
    do not overlap. An interrupted call begins again where it was: recordings
    that are finished are not done again.

    Args:
        footage: What to cut.
        settings: How.
        work: Where the crops go.
        processes: How many processes to use.
        beam: `runner` and `options` of a Beam pipeline to use instead.

    Returns:
        Keys into `work`, in the order of `footage`.
    """
    footage = list(footage)
    keys = [work.key(each) for each in footage]
    missing: dict = {}
    for each, key in zip(footage, keys, strict=True):
        if work.outcome(key) is None:
            missing.setdefault((each.path, each.region), {})[key] = each
    jobs = list(missing.values())
    if beam:
        _run_beam(jobs, settings, work, beam)
    elif jobs:
        _run_here(jobs, settings, work, min(processes, len(jobs)))
    return keys


def _run_here(jobs, settings, work, processes):
    single = 1 if processes > 1 else None  # thread of TensorFlow each
    calls = (joblib.delayed(cut)(job, settings, work, single) for job in jobs)
    progress, frames = Progress("cutting faces"), 0
    run = joblib.Parallel(processes, return_as="generator_unordered")
    try:
        for done, more in enumerate(run(calls), start=1):
            frames += more
            progress.update(frames, done / len(jobs))
    finally:
        progress.close()


def _run_beam(jobs, settings, work, beam):
    import apache_beam

    with apache_beam.Pipeline(**beam) as pipeline:
        _ = (
            pipeline
            | apache_beam.Create(jobs)
            | apache_beam.Reshuffle()
            | apache_beam.Map(cut, settings, work)
        )


def cut(
    job: dict[str, Footage],
    settings: CropSettings,
    work: WorkFolder,
    threads: int | None = None,
) -> int:
    """Cuts the faces of some recordings of one file; returns frames read."""
    if threads:
        _limit_threads(threads)
    reader, frames = ClipReader(), 0
    try:
        for key, footage in sorted(
            job.items(), key=lambda pair: pair[1].start_s
        ):
            frames += _Cut(footage, settings, reader).into(work, key)
    finally:
        reader.close()
    return frames


class _Cut:
    """The cutting of one recording."""

    def __init__(self, footage, settings, reader):
        self._footage, self._reader = footage, reader
        self._cropper = FaceCropper(
            settings.size,
            settings.margin,
            settings.rate_hz,
            find_faces=footage.faces == "find",
            person=footage.person,
            quality=settings.quality,
            detector=_detector(),
        )
        self._failed: list = []
        self._read = 0

    def into(self, work, key):
        try:
            crops = self._crops()
        except (OSError, ValueError) as error:
            outcome = self._outcome(str(error))
            work.write(key, iter(()), lambda: outcome)
            return 0
        work.write(key, crops, self._outcome)
        return self._read

    def _outcome(self, error=""):
        video = self._reader.video
        damage = ""
        if video is not None and video.path == self._footage.path:
            damage = "; ".join(video.warnings) if video.damaged else ""
        stills = self._footage.stills
        return {
            "frames": self._read if stills else self._cropper.frames,
            "people": self._cropper.people,
            "damage": damage,
            "error": error,
            "failed": self._failed,
        }

    def _crops(self) -> Iterator[FaceCrop]:
        """Opens the file, so that one that cannot be read raises here."""
        footage, cropper = self._footage, self._cropper
        if footage.stills:
            return self._still_crops()
        if footage.pictures:
            crops = self._followed(self._pictures())
            known = not math.isnan(footage.rate_hz)
            return crops if known else map(_without_time, crops)
        if media_kind(footage.path) == "picture":
            frame = read_picture(footage.path)
            if footage.start_s > 0:
                return cropper.video(iter(()))
            crop = cropper.picture(frame)
            self._read += 1
            return iter([crop] if crop else [])
        self._reader.open(footage.path, footage.start_s)
        frames = self._reader.read(footage.start_s, footage.end_s)
        return self._followed(map(self._seen, frames))

    def _followed(self, frames):
        if self._footage.faces == "boxes":
            return self._cropper.boxed(frames, self._footage.boxes)
        return self._cropper.video(frames)

    def _still_crops(self):
        boxes = self._footage.boxes
        for frame in self._pictures():
            if boxes is None:
                crop = self._cropper.picture(frame)
            else:
                crop = next(self._cropper.boxed([frame], boxes), None)
            if crop:
                yield _without_time(crop)

    def _pictures(self):
        footage = self._footage
        unknown = math.isnan(footage.rate_hz)
        rate_hz = _NOMINAL_HZ if unknown else footage.rate_hz
        for number, name in footage.pictures:
            try:
                image = read_picture(footage.path / name).image
            except (OSError, ValueError):
                self._failed.append([name, "cannot be read"])
                continue
            yield self._seen(Frame(number, number / rate_hz, image))

    def _seen(self, frame):
        self._read += 1
        if self._footage.region is None:
            return frame
        height, width = frame.image.shape[:2]
        left, top, right, bottom = self._footage.region
        rows = slice(round(top * height), round(bottom * height))
        columns = slice(round(left * width), round(right * width))
        return dataclasses.replace(frame, image=frame.image[rows, columns])


def _without_time(crop):
    return dataclasses.replace(crop, time_s=math.nan)


@functools.lru_cache(maxsize=1)
def _detector():
    return FaceDetector()


@functools.lru_cache(maxsize=1)
def _limit_threads(threads):
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        pass  # TensorFlow has begun already, as where this is no worker


def chunks(items: Iterable, length: int) -> Iterator[list]:
    """Yields items in lists of up to `length`."""
    items = iter(items)
    while some := list(itertools.islice(items, length)):
        yield some
