"""Opening video files with PyAV, and what they say about themselves."""

import math
import pathlib
import struct

import av
from av.stream import Disposition

from emoaff.faces.git_lfs import refuse_pointer

# Titles in another encoding than UTF-8 are no reason not to read the pictures.
# PyAV 19 has no such argument any more.
_LENIENT = (
    {"metadata_errors": "replace"}
    if int(av.__version__.partition(".")[0]) < 19
    else {}
)


def open_container(path: pathlib.Path) -> av.container.InputContainer:
    """Opens a media file for reading.

    Args:
        path: The file.

    Returns:
        PyAV's container; the caller closes it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is a folder, is empty, a pointer of Git LFS, or no
            format that FFmpeg knows.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: expected a video file, found nothing there. "
            "Check the path."
        )
    if not path.is_file():
        raise ValueError(
            f"{path}: expected a video file, found a folder. "
            "Give the files in it one by one."
        )
    if path.stat().st_size == 0:
        raise ValueError(
            f"{path}: expected a video file, found an empty one (0 bytes). "
            "Copy or record it again."
        )
    refuse_pointer(path, "a video file")
    try:
        # Absolute, or FFmpeg would read "name:" as a protocol.
        return av.open(str(path.absolute()), **_LENIENT)
    except (av.FFmpegError, OSError) as error:
        raise ValueError(
            f"{path}: expected a video file, but it cannot be read as one "
            f"({error.strerror}). It may be another kind of file, or cut "
            "short before its index; get a whole copy."
        ) from error


def video_stream(
    container: av.container.InputContainer, path: pathlib.Path
) -> av.VideoStream:
    """Chooses the stream to decode, and sets it to use all cores.

    Args:
        container: An open container.
        path: Its name, for the error.

    Returns:
        The best stream of moving pictures; cover art does not count.

    Raises:
        ValueError: The file has none.
    """
    stream = container.streams.best("video")
    if stream is None or stream.disposition & Disposition.attached_pic:
        kinds = sorted({each.type for each in container.streams}) or ["nothing"]
        raise ValueError(
            f"{path}: expected a video stream, found only "
            f"{' and '.join(kinds)}. Give a file that has pictures."
        )
    if stream.codec_context is None:
        raise ValueError(
            f"{path}: expected a video that FFmpeg can decode, found a codec "
            "it does not know. Convert the file, for example to H.264."
        )
    stream.thread_type = "AUTO"
    return stream


def declared_duration(
    container: av.container.InputContainer, stream: av.VideoStream
) -> float:
    """Gives the duration the file claims in seconds; NaN where it does not."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / av.time_base
    return math.nan


def declared_fps(stream: av.VideoStream) -> float:
    """Gives the frames a second that the file claims; NaN where none."""
    return float(stream.average_rate or stream.guessed_rate or math.nan)


def stamp_s(picture: av.VideoFrame, stream: av.VideoStream) -> float | None:
    """Gives a frame's own timestamp in seconds; None where it has none.

    AVI stores no times of showing, and those that FFmpeg makes up are wrong
    where frames are stored out of order; the decoder's order is right.
    """
    is_avi = stream.container.format.name == "avi"
    ticks = picture.dts if is_avi else picture.pts
    return None if ticks is None else float(ticks * stream.time_base)


def square_size(
    picture: av.VideoFrame, stream: av.VideoStream
) -> tuple[int, int]:
    """Gives width and height, as stored, once the pixels are made square.

    The height stays and the width is multiplied by the sample aspect ratio.
    Ratios outside of 1/4 to 4 are taken for damage and ignored.
    """
    ratio = stream.sample_aspect_ratio or 1
    if not 0.25 <= ratio <= 4:
        ratio = 1
    return max(round(picture.width * ratio), 1), picture.height


def orientation(picture: av.VideoFrame) -> tuple[bool, bool, bool]:
    """Reads how a stored picture has to be turned to be upright.

    Args:
        picture: A decoded frame.

    Returns:
        Whether to transpose it, then to flip it left to right, then to flip
        it upside down. Angles between are rounded to quarter turns.
    """
    try:
        matrix = picture.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # PyAV 18 gives up on kinds of side data that are newer than itself;
        # the plain angle, counterclockwise, still knows no mirroring.
        quarter = round(picture.rotation / 90) % 4
        return quarter % 2 == 1, quarter in (2, 3), quarter in (1, 2)
    if matrix is None:
        return False, False, False
    # x' = a x + c y and y' = b x + d y, in 16.16 fixed point.
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix)[:36])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return False, a < 0, d < 0
    return True, c < 0, b < 0
