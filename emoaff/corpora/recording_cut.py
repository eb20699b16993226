import dataclasses
import functools
import math
from collections.abc import Callable
from collections.abc import Iterator

import av
import cv2

from emoaff.corpora.clip_reader import ClipReader
from emoaff.corpora.face_crops import FaceCrop
from emoaff.corpora.face_crops import FaceCropper
from emoaff.corpora.footage import Footage
from emoaff.corpora.work_folder import WorkFolder
from emoaff.faces import FaceDetector
from emoaff.faces import Frame
from emoaff.faces import find_media_kind
from emoaff.faces import read_picture

_NOMINAL_HZ = 25.0  # to follow faces in pictures of unknown rate


@dataclasses.dataclass(frozen=True)
class CropSettings:
    """How faces are cut; see `emoaff.corpora.face_crops.FaceCropper`."""

    size: int
    margin: float
    rate_hz: float | None
    quality: int


class RecordingCut:
    """The cutting of one recording.

    Args:
        footage: What to cut.
        settings: How.
        reader: Reads stretches of a video, shared by those who come next.
        seen: Called for each frame that is read.
    """

    def __init__(
        self,
        footage: Footage,
        settings: CropSettings,
        reader: ClipReader,
        seen: Callable[[], None] | None = None,
    ):
        self._footage, self._reader = footage, reader
        self._tell = seen or (lambda: None)
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
        self._read = self._others = 0
        self._stopped = ""

    def into(self, work: WorkFolder, key: str) -> int:
        """Cuts all of it into a folder; returns how many frames were read."""
        try:
            crops = self._crops()
        except (OSError, ValueError) as error:
            why = error
        else:
            try:
                work.write(key, crops, self._outcome)
                return self._read
            except (ValueError, cv2.error) as error:
                why = error
        outcome = self._outcome(str(why))
        work.write(key, iter(()), lambda: outcome)
        return self._read

    def _outcome(self, error=""):
        video, cropper = self._reader.video, self._cropper
        damage = [self._stopped] if self._stopped else []
        if video is not None and video.path == self._footage.path:
            damage = video.warnings + damage if video.damaged else damage
        stills = self._footage.stills
        return {
            "frames": self._read if stills else cropper.frames,
            "others": self._others if stills else max(cropper.people - 1, 0),
            "outside": [] if stills else cropper.outside,
            "damage": "; ".join(damage),
            "error": error,
            "failed": self._failed,
        }

    def _crops(self) -> Iterator[FaceCrop]:
        """Opens the file, so that one that cannot be read raises here."""
        footage = self._footage
        if footage.stills:
            return self._cut_stills()
        if footage.pictures:
            crops = self._follow_face(self._pictures())
            known = not math.isnan(footage.rate_hz)
            return crops if known else map(_drop_time, crops)
        if find_media_kind(footage.path) == "picture":
            frame = read_picture(footage.path)
            if footage.start_s > 0:
                return self._cropper.video(iter(()))
            crop = self._still(self._seen(frame))
            return iter([crop] if crop else [])
        self._reader.open(footage.path, footage.start_s)
        return self._follow_face(map(self._seen, self._frames()))

    def _follow_face(self, frames):
        if self._footage.faces == "boxes":
            return self._cropper.boxed(frames, self._footage.boxes)
        return self._cropper.video(frames)

    def _frames(self):
        footage = self._footage
        frames = self._reader.read(footage.start_s, footage.end_s)
        try:
            yield from frames
        except (OSError, ValueError, av.FFmpegError) as error:
            self._stopped = f"reading stopped ({error})"

    def _cut_stills(self):
        for frame in self._pictures():
            crop = self._still(frame)
            self._others += max(self._cropper.people - 1, 0)
            if crop:
                yield _drop_time(crop)

    def _still(self, frame):
        if self._footage.faces == "boxes":
            boxes = self._footage.boxes
            return next(self._cropper.boxed([frame], boxes), None)
        return self._cropper.picture(frame)

    def _pictures(self):
        footage = self._footage
        unknown = math.isnan(footage.rate_hz)
        rate_hz = _NOMINAL_HZ if unknown else footage.rate_hz
        for number, name in footage.pictures:
            try:
                image = read_picture(footage.path / name).image
            except (OSError, ValueError):
                self._failed.append([int(number), name])
                continue
            yield self._seen(Frame(number, number / rate_hz, image))

    def _seen(self, frame):
        self._read += 1
        self._tell()
        if self._footage.region is None:
            return frame
        height, width = frame.image.shape[:2]
        left, top, right, bottom = self._footage.region
        rows = slice(round(top * height), round(bottom * height))
        columns = slice(round(left * width), round(right * width))
        return dataclasses.replace(frame, image=frame.image[rows, columns])


def _drop_time(crop):
    return dataclasses.replace(crop, time_s=math.nan)


@functools.lru_cache(maxsize=1)
def _detector():
    return FaceDetector()
