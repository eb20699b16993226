"""Animated WebP, which FFmpeg cannot decode, read with Pillow."""

import pathlib
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np

_NAME = "webp"


def is_animated_webp(path: pathlib.Path) -> bool:
    """Returns whether a file is a WebP with its animation flag set."""
    with path.open("rb") as file:
        head = file.read(21)
    is_webp = head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X"
    return is_webp and len(head) == 21 and bool(head[20] & 2)


class Animation:
    """Stands for the container and the only stream of an animated WebP.

    Has as much of PyAV's `InputContainer` and `VideoStream` as `Video` asks
    for. Pictures are decoded one by one, so memory stays constant.

    Args:
        path: The file.

    Raises:
        ValueError: It is damaged at its beginning.
    """

    type, disposition, index = "video", 0, 0
    time_base = Fraction(1, 1000)
    sample_aspect_ratio = Fraction(1)
    guessed_rate = None
    metadata: dict[str, str] = {}

    def __init__(self, path: pathlib.Path):
        from PIL import Image

        self._path = path
        try:
            self._image = Image.open(path)
        except Exception as error:
            raise ValueError(
                f"{path}: expected an animated WebP, but it cannot be read as "
                "one. Get a whole copy."
            ) from error
        self._shown_ms = _read_durations(path)
        self.frames = len(self._shown_ms)
        self.duration = sum(self._shown_ms)
        self.average_rate = Fraction(1000 * self.frames, self.duration or 1)
        self.container = self
        self.format = SimpleNamespace(name=_NAME, flags=0)
        self.codec_context = SimpleNamespace(
            name=_NAME,
            width=self._image.width,
            height=self._image.height,
            sample_aspect_ratio=Fraction(1),
        )
        self.streams = SimpleNamespace(
            video=[self], audio=[], best=lambda kind: self
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self) -> None:
        """Frees the file."""
        self._image.close()

    def demux(self, stream: "Animation"):
        """Yields the pictures, each as a frame with its own time.

        Raises:
            av.FFmpegError: A picture is damaged.
        """
        start_ms = 0
        for number, shown_ms in enumerate(self._shown_ms):
            try:
                self._image.seek(number)
                pixels = np.asarray(self._image.convert("RGB"))
            except Exception as error:
                raise av.FFmpegError(0, f"picture {number}: {error}") from error
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = frame.dts = start_ms
            frame.time_base = self.time_base
            start_ms += shown_ms
            yield frame

    def decode(self, picture: av.VideoFrame | None) -> list[av.VideoFrame]:
        """Returns the picture of a packet, which is one already."""
        return [] if picture is None else [picture]


def _read_durations(path):
    """Reads for how many milliseconds each picture of a WebP is shown."""
    shown_ms = []
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            chunk = file.read(16) if head[:4] == b"ANMF" else b""
            if len(chunk) == 16:
                duration = int.from_bytes(chunk[12:15], "little")
                # What browsers make of pictures that are shown for no time.
                shown_ms.append(duration if duration > 10 else 100)
            file.seek(size + size % 2 - len(chunk), 1)
    return shown_ms
