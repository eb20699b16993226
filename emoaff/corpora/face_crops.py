"""From a video or picture to the face crops of one person."""

import collections
import dataclasses
import math
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

import cv2
import numpy as np

from emoaff.corpora.footage import PEOPLE
from emoaff.corpora.footage import Box
from emoaff.faces.crop import crop_face
from emoaff.faces.detect import FaceDetector
from emoaff.faces.detectors import build_detector
from emoaff.faces.frame import Frame
from emoaff.faces.track import FaceTracker

_IN_MEMORY = 32 << 20  # bytes of JPEGs, from which on they lie in a file


@dataclasses.dataclass(frozen=True)
class FaceCrop:
    """One person's face in one frame.

    Args:
        index: Position of the frame in its video, 0-based.
        time_s: Seconds since the video's first frame.
        jpeg: The square crop, an RGB JPEG of 8 bits.
    """

    index: int
    time_s: float
    jpeg: bytes


class FaceCropper:
    """Cuts one person's face out of every frame of a video, as JPEGs.

    The person `"main"` is the one whose faces have the largest area, summed
    over the frames looked at: who is large or stays long. Who that is shows
    at the end only, so the crops of everybody wait as JPEGs in a temporary
    file (in memory below 32 MB), and the video is decoded once: a second
    pass would cost about as much as all the rest, and the frames of a
    damaged file need not be the same twice. Memory does not grow with the
    length of the video.

    A frame in which the person's face is not found gives nothing, so a gap
    shows as a jump of `FaceCrop.index`.

    Args:
        size: Side of the crops in pixels.
        margin: Share of the face's longer side added in total, see
            `emoaff.faces.crop_face`.
        rate_hz: Frames a second to keep, over 0: the first frame at or after
            each multiple of `1 / rate_hz` seconds, or up to a twentieth of
            that before it. Faces are followed through every frame all the
            same. None keeps every frame.
        find_faces: Whether faces have to be found. If not, every picture is a
            face crop already, and is resized as a whole; where it is no
            square, its border is repeated.
        person: `"main"`, see above; or, of the two people with the largest
            areas, the one further `"left"` or `"right"` in the picture, on
            average. The only one where there is one.
        quality: Of the JPEGs, 1 to 100.
        detector: See `emoaff.faces.FaceTracker`. Share one among many
            videos, since its networks take a second to load.

    Attributes:
        frames: Frames of the latest source that were to be kept, with a face
            or without.
        people: Different people in those frames; 0 without `find_faces`.
        outside: Numbers of the frames of the latest source of `boxed` whose
            box lies outside of them.

    Raises:
        ValueError: If an argument is out of range.

    Example:
    >>> cropper = FaceCropper(size=64, rate_hz=0.5, find_faces=False)
    >>> video = emoaff.faces.Video("astronaut.mp4")
    >>> [(crop.index, crop.time_s) for crop in cropper.video(video)]
    [(0, 0.0), (48, 1.92), (98, 3.92), (148, 5.92)]
    """

    def __init__(
        self,
        size: int = 112,
        margin: float = 0.3,
        rate_hz: float | None = None,
        find_faces: bool = True,
        person: str = "main",
        quality: int = 90,
        detector: FaceDetector | str | None = None,
    ):
        if size < 1 or not margin > -1 or not 1 <= quality <= 100:
            raise ValueError(
                "Expected size of at least 1, margin over -1 and quality from "
                f"1 to 100. Received: size={size}, margin={margin}, "
                f"quality={quality}."
            )
        if rate_hz is not None and not rate_hz > 0:
            raise ValueError(
                "Expected rate_hz over 0, or None for every frame. "
                f"Received: rate_hz={rate_hz}."
            )
        if person not in PEOPLE:
            raise ValueError(
                f"Expected person to be one of {', '.join(PEOPLE)}. "
                f"Received: person={person!r}."
            )
        self.size = size
        self.margin = margin
        self.rate_hz = rate_hz
        self.find_faces = find_faces
        self.person = person
        self.quality = quality
        self.frames = self.people = 0
        self.outside: list[int] = []
        self._detector = build_detector(detector)
        self._tracker = FaceTracker(self._detector)

    def video(self, frames: Iterable[Frame]) -> Iterator[FaceCrop]:
        """Yields the main person's crops of a video, in its order.

        Args:
            frames: A video, or a stretch of one; read once, one by one. None
                of it is kept but the frames that the tracker holds back.
        """
        self.frames = self.people = 0
        if not self.find_faces:
            for frame in self._due(frames, lambda frame: frame.time_s):
                yield self._whole(frame)
            return
        tracked = self._tracker.track(frames)
        areas, lefts = collections.Counter(), collections.Counter()
        places = collections.defaultdict(list)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as waiting:
            for frame, faces in self._due(tracked, lambda pair: pair[0].time_s):
                for face in faces:
                    areas[face.person] += face.box[2] * face.box[3]
                    lefts[face.person] += face.box[0] + face.box[2] / 2
                    jpeg = self._cut(frame.image, face.box)
                    places[face.person].append(
                        (frame.index, frame.time_s, waiting.tell(), len(jpeg))
                    )
                    waiting.write(jpeg)
            self.people = len(areas)
            # Of two people with one area, the one who was there first.
            largest = sorted(areas, key=lambda p: (-areas[p], p))[:2]
            if self.person != "main":
                largest.sort(key=lambda p: lefts[p] / len(places[p]))
            last = -1 if self.person == "right" else 0
            main = largest[last] if largest else None
            for index, time_s, start, length in places.get(main, ()):
                waiting.seek(start)
                yield FaceCrop(index, time_s, waiting.read(length))

    def boxed(
        self, frames: Iterable[Frame], boxes: Mapping[int, Box]
    ) -> Iterator[FaceCrop]:
        """Yields crops of faces whose boxes are known; nothing is looked for.

        Args:
            frames: See `video`.
            boxes: Frame number to `(x, y, width, height)` in pixels; a frame
                without one gives nothing, as does a box without an area, or
                outside of the frame; see `outside`.
        """
        self.frames = self.people = 0
        self.outside = []
        for frame in self._due(frames, lambda frame: frame.time_s):
            box = boxes.get(frame.index)
            if box is None or not box[2] > 0 or not box[3] > 0:
                continue
            if not _touches(box, frame.image):
                self.outside.append(int(frame.index))
                continue
            self.people = 1
            jpeg = self._cut(frame.image, box)
            yield FaceCrop(frame.index, frame.time_s, jpeg)

    def picture(self, frame: Frame) -> FaceCrop | None:
        """Returns the crop of a picture's largest face, None if it has none.

        Args:
            frame: What `emoaff.faces.read_picture` gives.
        """
        self.frames, self.people = 1, 0
        if not self.find_faces:
            return self._whole(frame)
        boxes = [each.box for each in self._detector.detect(frame.image)]
        self.people = len(boxes)
        if not boxes:
            return None
        box = max(boxes, key=lambda box: box[2] * box[3])
        return FaceCrop(frame.index, frame.time_s, self._cut(frame.image, box))

    def _due(self, items, time_of):
        """Yields the items whose frame is to be kept, and counts them."""
        latest = -1
        for item in items:
            if self.rate_hz is not None:
                # The share is for files that round times to milliseconds.
                slot = math.floor(time_of(item) * self.rate_hz + 0.05)
                if slot <= latest:
                    continue
                latest = slot
            self.frames += 1
            yield item

    def _whole(self, frame):
        height, width = frame.image.shape[:2]
        crop = crop_face(frame.image, (0, 0, width, height), 0.0, self.size)
        return FaceCrop(frame.index, frame.time_s, self._encoded(crop))

    def _cut(self, image, box):
        return self._encoded(crop_face(image, box, self.margin, self.size))

    def _encoded(self, crop: np.ndarray) -> bytes:
        _, jpeg = cv2.imencode(
            ".jpg",
            cv2.cvtColor(crop, cv2.COLOR_RGB2BGR),
            [cv2.IMWRITE_JPEG_QUALITY, self.quality],
        )
        return jpeg.tobytes()


def _touches(box, image):
    """Whether any of a box, finite, lies in a picture."""
    x, y, width, height = box
    high, wide = image.shape[:2]
    inside = -width < x < wide and -height < y < high
    return inside and math.isfinite(width) and math.isfinite(height)
