"""Opening video files with PyAV, and what they say about themselves."""

import math
import pathlib
import statistics
import struct

import av

from emoaff.faces import animation
from emoaff.faces.encryption import find_encryption
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.faces.signatures import describe_refusal

# Titles in another encoding than UTF-8 are no reason not to read the pictures.
# PyAV 19 has no such argument any more.
_LENIENT = (
    {"metadata_errors": "replace"}
    if int(av.__version__.partition(".")[0]) < 19
    else {}
)
_TS_DISCONT = 0x0200  # AVFMT_TS_DISCONT: formats in which clocks are set anew
_LEAST_BITS = 1000  # a second; the tables of MPEG-TS alone take more
MOST_FPS = 1000.0  # no file plays faster than that


def open_container(path: pathlib.Path, options: dict | None = None):
    """Opens a media file for reading.

    Args:
        path: The file.
        options: Of FFmpeg's demuxer.

    Returns:
        PyAV's container, or what stands for it (`animation.Animation`); the
        caller closes it.

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
    if path.is_dir():
        raise ValueError(
            f"{path}: expected a video file, found a folder. "
            "Give the files in it one by one."
        )
    if not path.is_file():
        raise ValueError(
            f"{path}: expected a video file, found a pipe or device. "
            "Record it to a file first."
        )
    if path.stat().st_size == 0:
        raise ValueError(
            f"{path}: expected a video file, found an empty one (0 bytes). "
            "Copy or record it again."
        )
    refuse_pointer(path, "a video file")
    refusal = describe_refusal(path)
    if refusal:
        raise ValueError(f"{path}: expected a video file, {refusal}")
    encryption = find_encryption(path)
    if encryption:
        raise ValueError(
            f"{path}: expected a video that can be decoded, found one whose "
            f"pictures are encrypted ({encryption}). Get a copy without "
            "protection."
        )
    if animation.is_animated_webp(path):
        return animation.Animation(path)
    try:
        # Absolute, or FFmpeg would read "name:" as a protocol.
        return av.open(str(path.absolute()), options=options, **_LENIENT)
    except (av.FFmpegError, OSError) as error:
        raise ValueError(
            f"{path}: expected a video file, but it cannot be read as one "
            f"({error.strerror}). It may be another kind of file, or cut "
            "short before its index; get a whole copy."
        ) from error


def read_declared_duration(container, stream: av.VideoStream) -> float:
    """Reads the duration the file declares, in seconds; NaN if it has none.

    Matroska and FLV only say how long the whole file is, with its sound and
    subtitles, unless the program that wrote them left a tag. MPEG-TS claims
    none but its first and last timestamps. Where its clock was set anew
    between them, they make it longer than its bytes can last.
    """
    if has_own_duration(stream):
        claimed = float(stream.duration * stream.time_base)
    else:
        claimed = _read_duration_tag(stream)
        if claimed != claimed:
            claimed = (container.duration or math.nan) / av.time_base
    is_ts = container.format.name == "mpegts"
    if is_ts and 8 * container.size < _LEAST_BITS * claimed:
        return math.nan
    return claimed


def has_own_duration(stream: av.VideoStream) -> bool:
    """Says whether the file declares a duration for the pictures alone."""
    return bool(stream.duration)


def _read_duration_tag(stream):
    tag = stream.metadata.get("DURATION", "")
    try:
        hours, minutes, seconds = map(float, tag.split(":"))
    except ValueError:
        return math.nan
    return 3600 * hours + 60 * minutes + seconds


def read_declared_fps(stream: av.VideoStream) -> float:
    """Reads the frames per second the file declares; NaN if it has none."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= MOST_FPS:
            return float(rate)
    return math.nan


def measure_fps(packets: list[av.Packet]) -> float:
    """Returns the frames a second by timestamps of packets; NaN without any.

    Args:
        packets: Some in a row; None among them is passed over.

    Returns:
        Frames a second; infinite where the clock stands still.
    """
    stamped = [p for p in packets if p is not None and p.dts is not None]
    ticks = sorted({packet.dts for packet in stamped})
    if 4 * len(ticks) < len(stamped):
        return math.inf
    if len(ticks) < 3:
        return math.nan
    step = statistics.median(
        after - before
        for before, after in zip(ticks[:-1], ticks[1:], strict=True)
    )
    return float(1 / (step * stamped[0].time_base))


def longest_gap(container) -> float:
    """Returns the seconds from which on a gap means a clock that was set anew.

    As FFmpeg's own command does: 10 s in formats whose clocks may be set
    anew, such as MPEG-TS, and 30 hours in all others.
    """
    is_discontinuous = container.format.flags & _TS_DISCONT
    return 10.0 if is_discontinuous else 108_000.0


def pixel_ratio(stream: av.VideoStream, first_coded: float | None) -> float:
    """Returns the width of a pixel over its height, at the latest frame.

    The container's word counts until the coded one changes.

    Args:
        stream: What is decoded.
        first_coded: The stream's coded ratio at its first frame.
    """
    coded = stream.codec_context.sample_aspect_ratio or 1
    changed = first_coded is not None and coded != first_coded
    return float(coded if changed else stream.sample_aspect_ratio or 1)


def compute_square_size(
    picture: av.VideoFrame, ratio: float
) -> tuple[int, int]:
    """Computes width and height with square pixels, before any rotation.

    The height stays and the width is multiplied by the sample aspect ratio.
    Ratios outside of 1/4 to 4 are taken for damage and ignored.
    """
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
