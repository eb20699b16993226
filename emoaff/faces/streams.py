"""Choosing the stream of a media file whose pictures are looked at."""

import pathlib

import av
from av.stream import Disposition

_COVER = Disposition.attached_pic | Disposition.timed_thumbnails
# Tiles of one picture, or a second layer of another stream.
_DEPENDENT = Disposition.dependent
_COVER_CODECS = ("mjpeg", "png", "gif", "bmp", "webp", "tiff")


def choose_video_stream(container, path: pathlib.Path) -> av.VideoStream:
    """Chooses the stream to decode, and sets it to use all cores.

    Args:
        container: An open container.
        path: Its name, for the error.

    Returns:
        The best stream of moving pictures; cover art, thumbnails, tiles and
        layers of another stream do not count.

    Raises:
        ValueError: The file has none.
    """
    streams = list(container.streams.video)
    moving = [each for each in streams if _is_moving(each, container)]
    if not moving:
        raise ValueError(f"{path}: {_describe_streams(container)}")
    best = container.streams.best("video")
    stream = best if best in moving else max(moving, key=_size_of)
    if stream.frames == 1:
        # The still that an animation in AVIF begins with.
        stream = max(moving, key=lambda each: each.frames)
    if stream.codec_context is None:
        raise ValueError(
            f"{path}: expected a video that FFmpeg can decode, found a codec "
            "it does not know. Convert the file, for example to H.264."
        )
    stream.thread_type = "AUTO"
    return stream


def _is_moving(stream, container):
    if stream.disposition & (_COVER | _DEPENDENT):
        return False
    if stream.codec_context is None or stream.frames != 1:
        return True
    # A cover that the file does not mark as one.
    others = len(container.streams.audio) + len(container.streams.video) > 1
    return not (others and stream.codec_context.name in _COVER_CODECS)


def _size_of(stream):
    context = stream.codec_context
    return (stream.frames, context.width * context.height if context else 0)


def _describe_streams(container):
    """Says what a file without moving pictures holds, for an error."""
    if any(s.disposition & _DEPENDENT for s in container.streams.video):
        return (
            "expected a video, found a still picture or parts of one. Give "
            "it a picture's suffix, such as .heic, or convert it to JPEG."
        )
    if container.streams.video and container.streams.audio:
        return (
            "expected a video stream, found only sound and a still cover. "
            "Give a file that has moving pictures."
        )
    kinds = {"audio": "sound", "video": "a still cover"}
    found = sorted({kinds.get(s.type, s.type) for s in container.streams})
    names = " and ".join(found or ["nothing"])
    return (
        f"expected a video stream, found only {names}. Give a file that has "
        "pictures."
    )


def describe_other_streams(container, stream: av.VideoStream) -> str:
    """Says which other moving pictures a file holds, as a clause.

    Args:
        container: An open container.
        stream: The one that is looked at.

    Returns:
        Empty where there is no other. Stills and streams without a size,
        which hold nothing, do not count.
    """
    others = [
        other
        for other in container.streams.video
        if other.index != stream.index
        and _is_moving(other, container)
        and other.frames != 1
        and _has_size(other)
    ]
    if not others:
        return ""
    sizes = ", ".join(_describe_size(other) for other in others)
    return (
        f"it has {len(others) + 1} video streams; only number {stream.index} "
        f"({_describe_size(stream)}) was looked at, not that of {sizes}"
    )


def list_other_streams(container, stream: av.VideoStream) -> list:
    """Lists the streams whose packets tell how far a file goes."""
    kinds = container.streams
    subtitles = getattr(kinds, "subtitles", ())
    return [
        other
        for other in (*kinds.video, *kinds.audio, *subtitles)
        if other.index != stream.index
        and not other.disposition & (_COVER | _DEPENDENT)
    ]


def _has_size(stream):
    context = stream.codec_context
    return context is not None and context.width > 0 < context.height


def _describe_size(stream):
    return f"{stream.codec_context.width}x{stream.codec_context.height}"
