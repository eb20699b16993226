"""Where live pictures come from: cameras, streams, files at their own pace.

What is public here:

    open_source(name) -> iterable of pictures and None
"""

import pathlib
import time
from collections.abc import Iterator

import av
import cv2
import numpy as np

from emoaff.faces.signatures import find_media_kind
from emoaff.faces.video import Video
from emoaff.progress.silence import silence_output

_MOST_CAMERAS = 10
_URLS = ("rtsp://", "rtsps://", "rtmp://", "http://", "https://", "udp://")


def open_source(name: str):
    """Opens a source of live pictures.

    Args:
        name: Number of a camera, from 0; the address of a stream; or a file.

    Returns:
        An object to iterate over once. It gives pictures, `(height, width, 3)`
        uint8 RGB, as they come, and `None` where the source was lost.

    Raises:
        FileNotFoundError: If there is no such camera or file.
        ValueError: If the file is no video, or the stream cannot be opened.
    """
    if name.isdigit():
        return Camera(int(name))
    if name.lower().startswith(_URLS):
        return Stream(name)
    return PacedFile(name)


class Camera:
    """A camera of this machine.

    Args:
        number: As OpenCV counts them, from 0.

    Raises:
        FileNotFoundError: If there is no such camera; it says which there are.
    """

    # A camera that was unplugged may come back.
    can_return = True

    def __init__(self, number: int):
        self.number = number
        self._capture = _open_camera(number)
        if self._capture is None:
            found = [n for n in range(_MOST_CAMERAS) if n != number]
            found = [str(n) for n in found if _is_camera(n)]
            there = f"cameras {', '.join(found)}" if found else "no camera"
            raise FileNotFoundError(
                f"Expected camera {number}, found {there}. Plug one in, or "
                "give a file or the address of a stream with --camera."
            )

    def __iter__(self) -> Iterator[np.ndarray | None]:
        while True:
            if self._capture is None:
                self._capture = _open_camera(self.number)
            done, image = self._capture.read() if self._capture else (False, 0)
            if done:
                yield image[..., ::-1]
                continue
            if self._capture is not None:
                self._capture.release()
                self._capture = None
            yield None

    def close(self) -> None:
        """Lets the camera go."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def _open_camera(number):
    # OpenCV's own lines about a camera that is missing say less than ours.
    with silence_output():
        capture = cv2.VideoCapture(number)
    if capture.isOpened():
        # Otherwise pictures wait, and are old when they are read.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture
    capture.release()
    return None


def _is_camera(number):
    devices = pathlib.Path("/dev")
    if devices.is_dir() and not (devices / f"video{number}").exists():
        return False
    capture = _open_camera(number)
    if capture is not None:
        capture.release()
    return capture is not None


class Stream:
    """A stream of a network, as RTSP or HTTP cameras send it.

    Args:
        address: Its URL.

    Raises:
        ValueError: If it cannot be opened.
    """

    can_return = True

    def __init__(self, address: str):
        self.address = address
        self._container = self._open()

    def _open(self):
        try:
            return av.open(self.address, timeout=10)
        except (av.FFmpegError, OSError) as error:
            raise ValueError(
                f"{self.address}: expected a stream that can be opened. "
                f"Received: {error.strerror or error}. Check the address."
            ) from error

    def __iter__(self) -> Iterator[np.ndarray | None]:
        while True:
            try:
                if self._container is None:
                    self._container = self._open()
                for picture in self._container.decode(video=0):
                    yield picture.to_ndarray(format="rgb24")
            except (av.FFmpegError, OSError, ValueError):
                pass  # said and tried again by whoever reads
            self.close()
            yield None

    def close(self) -> None:
        """Ends the connection."""
        if self._container is not None:
            self._container.close()
            self._container = None


class PacedFile:
    """A video file that gives each picture when its time has come.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is not a video.
    """

    can_return = False

    def __init__(self, path: str):
        if find_media_kind(path) == "picture":
            raise ValueError(
                f"{path}: expected a video, a camera or a stream, found a "
                "still picture. Look at it with `emoaff predict`."
            )
        self._video = Video(path)

    def __iter__(self) -> Iterator[np.ndarray]:
        start = time.monotonic()
        for frame in self._video:
            wait = frame.time_s - (time.monotonic() - start)
            if wait > 0:
                time.sleep(wait)
            yield frame.image

    def close(self) -> None:
        """Ends the reading."""
        self._video.close()
