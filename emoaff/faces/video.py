import os
import pathlib
from collections.abc import Iterator

import av
import numpy as np
from av.video.reformatter import Colorspace
from av.video.reformatter import VideoReformatter

from emoaff.faces import container as files
from emoaff.faces.frame import Frame
from emoaff.faces.timeline import Timeline

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED

# (transpose, flip left to right, flip upside down) -> clockwise turn that
# follows a mirroring, if there is one.
_TURNS = {
    (False, False, False): (0, False),
    (True, True, False): (90, False),
    (False, True, True): (180, False),
    (True, False, True): (270, False),
    (False, True, False): (0, True),
    (True, True, True): (90, True),
    (False, False, True): (180, True),
    (True, False, False): (270, True),
}


class Video:
    """A video file whose frames can be read in order, once or several times.

    Frames come one by one, so memory stays constant; a new reading ends the
    one under way. They are upright: the
    file's rotation and mirroring flags are applied. Pixels are made square:
    a file with another sample aspect ratio than 1 is stretched in width. All
    frames have the size of the first one. Interlaced pictures stay woven.

    Times come from the file's own timestamps (`Timeline` says what happens
    where they are missing or run backwards), so a variable frame rate is
    kept. Counts and durations that the file declares are never relied on.

    Damage after the first frame does not raise: what can be decoded is
    given, and `warnings` says what could not.

    Args:
        path: The file.

    Attributes:
        path: The file, `pathlib.Path`.
        codec: Name of the decoder, such as `"h264"`.
        width: Pixels, upright and square.
        height: Pixels, upright and square.
        rotation: Degrees clockwise, 0, 90, 180 or 270, by which the stored
            picture is turned to stand upright.
        mirrored: Whether it is flipped left to right before that turn.
        average_fps: Frames a second, declared; NaN where unknown.
        duration_s: Seconds, declared; NaN where unknown.
        declared_frames: Number of frames the file claims, often wrong; None
            where it claims none.
        start_s: The first frame's own timestamp in seconds. `start_s +
            time_s` is the file's clock, which its sound follows too.
        decoded_frames: Frames that the latest reading has given so far.
        warnings: What went wrong in the latest reading so far, as clauses.
        damaged: Whether pictures are missing or patched up in it: the file is
            cut short or broken. Odd timestamps alone are no damage.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a video, or not one frame can be decoded.

    Example:
    >>> with Video("clip.mp4") as video:  # doctest: +SKIP
    ...     for frame in video:
    ...         print(frame.index, frame.time_s, frame.image.shape)
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self._reading = None
        self._restart()
        with files.open_container(self.path) as container:
            stream = files.video_stream(container, self.path)
            self.codec = stream.codec_context.name
            self.declared_frames = stream.frames or None
            self.average_fps = files.declared_fps(stream)
            self.duration_s = files.declared_duration(container, stream)
            first = next(self._decode(container, stream), None)
            if first is None:
                raise ValueError(
                    f"{self.path}: expected a video, but not one frame of its "
                    f"{self.codec} stream can be decoded. The file is damaged "
                    "or cut short; get a whole copy."
                )
            self.start_s = files.stamp_s(first, stream) or 0.0
            self._stored_size = files.square_size(first, stream)
            self._turn = files.orientation(first)
        self.rotation, self.mirrored = _TURNS[self._turn]
        order = -1 if self._turn[0] else 1
        self.width, self.height = self._stored_size[::order]
        self._restart()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        self.close()
        self._reading = self._read()
        return self._reading

    def close(self) -> None:
        """Ends the reading that is under way, if any, and frees the file."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _restart(self):
        self.decoded_frames = 0
        self.damaged = False
        self.warnings: list[str] = []

    def _note_damage(self, clause):
        self.damaged = True
        self.warnings.append(clause)

    def _read(self):
        self._restart()
        convert = VideoReformatter()
        timeline = Timeline(1 / self.average_fps)
        with files.open_container(self.path) as container:
            stream = files.video_stream(container, self.path)
            for picture in self._decode(container, stream):
                image = self._upright(convert, picture)
                time_s = timeline.place(files.stamp_s(picture, stream))
                frame = Frame(self.decoded_frames, time_s, image)
                self.decoded_frames += 1
                yield frame
        self.warnings += timeline.warnings()
        if timeline.end_s + max(0.5, 0.02 * timeline.end_s) < self.duration_s:
            self._note_damage(
                f"the file declares {self.duration_s:.2f} s, but its pictures "
                f"end at {timeline.end_s:.2f} s, after "
                f"{self.decoded_frames} frames"
            )

    def _decode(self, container, stream):
        """Yields decoded pictures, and notes what cannot be decoded."""
        damaged = 0
        for packet in self._packets(container, stream):
            try:
                pictures = stream.decode(packet)
            except av.FFmpegError:
                damaged += 1
                continue
            for picture in pictures:
                damaged += picture.is_corrupt
                yield picture
        if damaged:
            pieces = "piece" if damaged == 1 else "pieces"
            self._note_damage(
                f"the decoder left out or patched up {damaged} damaged "
                f"{pieces} of the stream"
            )

    def _packets(self, container, stream):
        """Yields packets to decode, and last one that empties the decoder."""
        try:
            yield from container.demux(stream)
        except av.FFmpegError as error:
            yield None
            self._note_damage(
                f"reading stopped after {self.decoded_frames} frames "
                f"({error.strerror}); the rest of the file is not used"
            )

    def _upright(self, convert, picture):
        # Players take untagged high definition for BT.709; FFmpeg does not.
        untagged = picture.colorspace == _UNSPECIFIED
        is_hd = min(picture.width, picture.height) >= 720
        image = convert.reformat(
            picture,
            *self._stored_size,
            format="rgb24",
            src_colorspace=Colorspace.ITU709 if untagged and is_hd else None,
            threads=1,
        ).to_ndarray()
        transpose, flip_x, flip_y = self._turn
        if transpose:
            image = image.transpose(1, 0, 2)
        image = image[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
        return np.ascontiguousarray(image)
