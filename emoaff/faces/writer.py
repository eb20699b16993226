import contextlib
import errno
import os
import pathlib
import secrets
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorRange
from av.video.reformatter import Colorspace

from emoaff.faces.sound import SoundCopy

_CLOCK = 90_000  # ticks a second; divides all common frame rates


class VideoWriter:
    """Writes pictures as an H.264 mp4 that browsers play.

    8 bits, 4:2:0, the index at the front. Each picture is shown from its own
    time on, so a variable frame rate is kept. An odd width or height gets one
    more column or row, a copy of the last.

    The file is written under a temporary name beside `path` and renamed by
    `close`, so an interrupted run leaves no half file and an older file
    stays until then. Where no picture was written, no file is left.

    Args:
        path: The file to write, by custom named `.mp4`.
        width: Pixels, of every picture.
        height: Pixels, of every picture.
        fps: Frames a second as a hint for players, and how long the last
            picture stays. Defaults to 25.
        crf: Quality, 0 (lossless) to 51 (worst). Defaults to 20.
        comment: Stored in the file, where players show it; empty for none.
        sound: What sounds with it, as long as there are pictures; `None` for
            nothing. Closed with the writer.

    Raises:
        ValueError: The size is not positive, or nothing can be written
            there.

    Example:
    >>> with VideoWriter("out.mp4", 64, 48) as writer:
    ...     writer.write(np.zeros((48, 64, 3), "uint8"), time_s=0.0)
    ...     writer.write(np.full((48, 64, 3), 255, "uint8"), time_s=0.5)
    >>> [frame.time_s for frame in Video("out.mp4")]
    [0.0, 0.5]
    """

    def __init__(
        self,
        path: str | os.PathLike,
        width: int,
        height: int,
        fps: float = 25.0,
        crf: int = 20,
        comment: str = "",
        sound: SoundCopy | None = None,
    ):
        if width < 1 or height < 1 or not 0 < fps < _CLOCK:
            raise ValueError(
                "width, height and fps must be over 0. "
                f"Received: width={width}, height={height}, fps={fps}."
            )
        self.path = pathlib.Path(path)
        self._size = (height, width, 3)
        self._step = round(_CLOCK / fps)
        self._last = -1
        # Two runs may write the same file at once, and its name may be long.
        half = f".{secrets.token_hex(8)}.part"
        self._temporary = self.path.with_name(half)
        try:
            # PyAV opens the file with the first picture; know it now.
            self._temporary.touch()
            if self.path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            self._container = av.open(
                str(self._temporary.absolute()),
                "w",
                format="mp4",
                options={"movflags": "+faststart"},
            )
        except (av.FFmpegError, OSError) as error:
            with contextlib.suppress(OSError):
                self._temporary.unlink()
            raise ValueError(
                f"{self.path}: cannot be written ({error.strerror}). Choose a "
                "folder that exists and that you may write to."
            ) from error
        if comment:
            self._container.metadata["comment"] = comment
        self._stream = self._add_stream(fps, crf)
        self._sound = sound
        if sound is not None:
            sound.attach(self._container)

    def _add_stream(self, fps, crf):
        height, width, _ = self._size
        stream = self._container.add_stream(
            "libx264",
            rate=Fraction(fps).limit_denominator(1001),
            # No frames that look ahead: with them the file's duration comes
            # out too short where the frame rate varies.
            options={"crf": str(crf), "preset": "veryfast", "bf": "0"},
        )
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, _CLOCK)
        context.color_range = ColorRange.MPEG
        # What players expect of each size; tagged, so that none has to guess.
        is_hd = min(width, height) >= 720
        self._colorspace = Colorspace.ITU709 if is_hd else Colorspace.ITU601
        context.colorspace = 1 if is_hd else 6  # AVCOL_SPC_BT709, _SMPTE170M
        return stream

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.discard()

    def write(self, image: np.ndarray, time_s: float) -> None:
        """Adds one picture.

        Args:
            image: `(height, width, 3)` uint8, RGB, of the writer's size.
            time_s: Seconds from the start at which it appears, at least 0
                and later than the one before.

        Raises:
            ValueError: The picture has another size or type, the time does
                not rise, or the disk does not take the data.
        """
        if image.shape != self._size or image.dtype != np.uint8:
            raise ValueError(
                f"write expects an image of shape {self._size}, uint8. "
                f"Received: shape={image.shape}, dtype={image.dtype}."
            )
        tick = round(time_s * _CLOCK)
        if tick <= self._last:
            raise ValueError(
                "time_s must be at least 0 and rise. "
                f"Received: time_s={time_s} after {self._last / _CLOCK}."
            )
        self._last = tick
        height, width, _ = self._size
        if height % 2 or width % 2:
            edges = ((0, height % 2), (0, width % 2), (0, 0))
            image = np.pad(image, edges, mode="edge")
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(image), format="rgb24"
        ).reformat(
            format="yuv420p",
            dst_colorspace=self._colorspace,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = tick, Fraction(1, _CLOCK)
        self._mux(frame)
        self._write_sound(tick)

    def close(self) -> None:
        """Finishes the file and gives it its name; a second call is idle."""
        if self._container is None:
            return
        if self._last < 0:
            self.discard()
            return
        self._mux(None)
        self._write_sound(self._last + self._step)
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            self._fail(error)
        self._container = None
        self._close_sound()
        os.replace(self._temporary, self.path)

    def discard(self) -> None:
        """Drops what was written; a file of that name from before stays."""
        if self._container is None:
            return
        try:
            self._container.close()
        except (av.FFmpegError, OSError):
            pass  # it is thrown away all the same
        self._container = None
        self._close_sound()
        self._temporary.unlink(missing_ok=True)

    def _write_sound(self, tick):
        if self._sound is None:
            return
        try:
            self._sound.write_until(tick / _CLOCK)
        except (av.FFmpegError, OSError) as error:
            self._fail(error)

    def _close_sound(self):
        if self._sound is not None:
            self._sound.close()

    def _mux(self, frame):
        try:
            for packet in self._stream.encode(frame):
                packet.duration = self._step
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            self._fail(error)

    def _fail(self, error):
        self.discard()
        raise ValueError(
            f"{self.path}: writing failed ({error.strerror}). "
            "Make room on the disk and run again."
        ) from error
