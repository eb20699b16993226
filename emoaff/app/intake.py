"""What is checked before a file is worked on."""

import contextlib
import pathlib

import PIL.Image
import pillow_heif

from emoaff.app.limits import Limits
from emoaff.app.refusal_error import RefusalError
from emoaff.faces.media import find_media
from emoaff.faces.media import find_media_kind
from emoaff.faces.video import Video
from emoaff.prediction.inputs import reason

_NAME_BYTES = 200


def check_name(name: str) -> str:
    """Returns a file's name; refuses one that leads elsewhere.

    Example:
    >>> check_name("my clip.mp4")
    'my clip.mp4'
    """
    leads_away = "/" in name or "\\" in name or name.startswith(".")
    too_long = len(name.encode("utf-8", "replace")) > _NAME_BYTES
    if not name or leads_away or too_long or not name.isprintable():
        shown = name.encode("unicode_escape").decode()[:80]
        raise RefusalError(
            "Expected the plain name of a file, such as clip.mp4, without a "
            f"folder and of at most {_NAME_BYTES} bytes. Received: {shown}."
        )
    return name


def check_length(declared: str | None, limits: Limits) -> None:
    """Refuses a file that says it is too large, before it is read.

    Args:
        declared: The header `Content-Length`; `None` where there is none.
        limits: See `Limits`.
    """
    try:
        size = int(declared or 0)
    except ValueError:
        size = -1
    if size < 0:
        raise RefusalError(
            "Expected a Content-Length in bytes. "
            f"Received: {str(declared)[:40]!r}."
        )
    if size > limits.file_bytes:
        raise make_size_error(size, limits)


def make_size_error(size: int, limits: Limits) -> RefusalError:
    """Makes the refusal of a file of so many bytes."""
    return RefusalError(
        f"Expected a file of at most {limits.file_mb:g} MB. Received: "
        f"{size / 1e6:,.0f} MB. Cut it, or use the command emoaff predict.",
        413,
    )


def check_media(path: pathlib.Path, limits: Limits) -> str:
    """Looks at a file's beginning; refuses what cannot be worked on.

    Args:
        path: The file.
        limits: See `Limits`.

    Returns:
        `"video"` or `"picture"`.

    Raises:
        RefusalError: It is neither, or too long or too large to be decoded.
    """
    try:
        found = find_media(path)
        faults = found.describe_faults()
        if faults or not found.files:
            raise ValueError((faults or [found.describe_nothing()])[0])
        kind = find_media_kind(path) or "video"
        if kind == "picture":
            _check_picture(path, limits)
        else:
            _check_video(path, limits)
    except (OSError, ValueError) as error:
        sentence = reason(error, path).replace(f"{path.parent}/", "")
        raise RefusalError(sentence, 415) from error
    return kind


def _check_picture(path, limits):
    pillow_heif.register_heif_opener()
    with contextlib.ExitStack() as stack:
        try:
            # A refusal of Pillow's own would name no size.
            kept = PIL.Image.MAX_IMAGE_PIXELS
            stack.callback(setattr, PIL.Image, "MAX_IMAGE_PIXELS", kept)
            PIL.Image.MAX_IMAGE_PIXELS = None
            picture = stack.enter_context(PIL.Image.open(path))
        except (OSError, SyntaxError, ValueError) as error:
            raise RefusalError(
                f"{path.name}: expected a picture that can be read, such as "
                "jpg, png, webp or heic. It cannot. Save it as one of these.",
                415,
            ) from error
        _check_size(path, *picture.size, limits)


def _check_video(path, limits):
    with Video(path) as video:
        _check_size(path, video.width, video.height, limits)
        if video.duration_s > limits.length_s:
            raise RefusalError(
                f"{path.name}: expected a video of at most "
                f"{limits.length_s / 60:g} minutes. Received: "
                f"{video.duration_s / 60:.1f} minutes. Cut it, or use the "
                "command emoaff predict.",
                413,
            )


def _check_size(path, width, height, limits):
    if width * height > limits.pixels:
        raise RefusalError(
            f"{path.name}: expected at most {limits.pixels / 1e6:g} million "
            f"pixels. Received: {width} by {height}. Scale it down first.",
            413,
        )
