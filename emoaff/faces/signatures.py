"""Telling videos, pictures and other files apart by their first bytes."""

import os
import pathlib
import stat
import warnings

from emoaff.faces import tiff

VIDEO_SUFFIXES = frozenset(
    ".264 .3g2 .3gp .apng .asf .avi .divx .dv .f4v .flv .gif .h264 .h265 "
    ".hevc .ivf .m1v .m2t .m2ts .m2v .m4v .mj2 .mjpeg .mjpg .mkv .mov .mp4 "
    ".mpe .mpeg .mpg .mts .mxf .ogm .ogv .qt .rm .rmvb .ts .vob .webm .wmv "
    ".y4m".split()
)
PICTURE_SUFFIXES = frozenset(
    ".avif .bmp .dib .heic .heif .hif .j2k .jfif .jp2 .jpe .jpeg .jpf .jpg "
    ".jpx .jxl .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()
)

_HEAD = 65_536  # bytes; holds the track list of the formats asked for it
_PACKET = 188  # bytes; of an MPEG transport stream

# (offset, bytes) at the start of a file -> kind.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "picture"),  # JPEG, also with a gain map or clip
    (0, b"\x89PNG\r\n\x1a\n", "animation"),
    (0, b"GIF8", "animation"),
    (8, b"WEBP", "animation"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"II+\x00", "picture"),  # BigTIFF
    (0, b"MM\x00+", "picture"),
    (4, b"jP  \r\n\x87\n\x00\x00\x00\x14ftypmjp2", "video"),
    (4, b"jP  \r\n\x87\n", "picture"),  # JPEG 2000
    (0, b"\xff\x4f\xff\x51", "picture"),  # its bare codestream
    (4, b"JXL \r\n\x87\n", "picture"),
    (8, b"AVI ", "video"),
    (8, b"WAVE", "sound"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\x00\x00\x01\xba", "video"),  # MPEG program stream
    (0, b"\x00\x00\x01\xb3", "video"),  # MPEG video
    (0, b"FLV\x01", "video"),
    (0, b"YUV4MPEG2 ", "video"),
    (0, b"DKIF", "video"),
    (0, b".RMF", "video"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "video"),  # MXF
    (0, b"ID3", "sound"),
    (0, b"fLaC", "sound"),
    (0, b"#!AMR", "sound"),
    (4, b"ftyp", "iso"),
    # QuickTime before it had a type box.
    *((4, name, "video") for name in (b"moov", b"mdat", b"wide", b"pnot")),
)
# What a track of moving pictures begins with -> where it must be looked for.
_TRACKS = {
    "matroska": (b"\x83\x81\x01",),
    "ogg": (b"\x80theora", b"BBCD\x00", b"OVP80", b"\x01video"),
    "asf": (b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11",),
}
_STILLS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"j2ki")
_SEQUENCES = (b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"avis")
_SOUNDS = (b"M4A ", b"M4B ", b"M4P ")
_TEXT_PICTURES = (".pbm", ".pgm", ".pnm", ".ppm")
_LFS = b"version https://git-lfs.github.com/spec/"
# Why a file is neither.
EMPTY, POINTER = "empty", "not fetched from Git LFS"
TEXT, SOUND = "plain text", "sound"
OTHER, HIDDEN = "of another kind", "hidden"
RAW, LINK = "in a camera's raw format", "linked as a folder"
SPECIAL = "no regular file (pipe, device or broken link)"


def find_media_kind(path: str | os.PathLike) -> str | None:
    """Returns whether a file is a video or a picture, by its content.

    The suffix only decides where the content is of no known format. An
    animation of several pictures (GIF, WebP, PNG, AVIF) is a video, one of a
    single picture is a picture. Sound and plain text are neither, whatever
    they are named. A JPEG or HEIC that carries a short clip is a picture.

    Args:
        path: The file; it need not exist.

    Returns:
        `"video"`, `"picture"`, or None for anything else.

    Example:
    >>> find_media_kind("astronaut.mp4"), find_media_kind("astronaut.jpg")
    ('video', 'picture')
    """
    kind, _ = inspect_file(pathlib.Path(path))
    return kind


def inspect_file(path: pathlib.Path) -> tuple[str | None, str]:
    """Returns the kind of a file, or None and why it is neither.

    Args:
        path: The file; it need not exist.

    Returns:
        `"video"`, `"picture"` or None as `find_media_kind` does, and one of the
        reasons above where it is None.
    """
    named = kind_by_suffix(path)
    try:
        # Opening a pipe would wait for its other end for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return None, SPECIAL
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        # Also where links lead round in a circle.
        is_broken = path.is_symlink() and not os.path.exists(path)
        return (None, SPECIAL) if is_broken else (named, OTHER)
    if not head:
        return None, EMPTY
    kind = _kind_by_content(head, path)
    if kind in ("sound", "raw"):
        return None, SOUND if kind == "sound" else RAW
    if kind:
        return kind, ""
    if head.startswith(_LFS):
        return None, POINTER
    suffix = path.suffix.lower()
    if named and suffix not in _TEXT_PICTURES and _is_text(head):
        return None, OTHER if suffix == ".ts" else TEXT  # TypeScript
    return named, OTHER


def describe_refusal(path: pathlib.Path) -> str:
    """Describes a file that must not be decoded; empty where it may be.

    Args:
        path: A file that exists.

    Returns:
        What was found and what to do, the second half of a sentence.
    """
    _, why = inspect_file(path)
    if why != RAW:
        return ""
    return (
        "found a camera's raw picture, of which only a thumbnail could be "
        "read. Develop it to JPEG first."
    )


def _kind_by_content(head, path):
    kind = next(
        (k for at, start, k in _SIGNATURES if head.startswith(start, at)), None
    )
    if kind == "animation":
        return "video" if _is_animated(path) else "picture"
    if kind == "tiff":
        return "raw" if _is_raw(head) else "picture"
    if kind == "iso":
        return _kind_by_brand(head[8:12], path)
    if kind in _TRACKS:
        # A track list beyond the head leaves it open; such files are films.
        has_tracks = kind != "matroska" or b"\x83\x81" in head
        seen = any(mark in head for mark in _TRACKS[kind])
        return "video" if seen or not has_tracks else "sound"
    if kind == "picture" and path.suffix.lower() in (".mjpg", ".mjpeg"):
        return "video"  # one JPEG after another
    if kind is None and _is_bitmap(head):
        return "picture"
    if kind is None and _is_transport_stream(head):
        return "video"
    return kind


def _kind_by_brand(brand, path):
    if brand in _STILLS:
        return "picture"
    if brand in _SOUNDS:
        return "sound"
    if brand in _SEQUENCES:
        return "video" if _has_track(path) else "picture"
    return "raw" if brand == b"crx " else "video"


def _is_animated(path):
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Size and damage are judged where it is read.
            warnings.simplefilter("ignore")
            image = Image.open(path)
        with image:
            return bool(getattr(image, "is_animated", False))
    except Exception:  # damaged: said when it is read
        return path.suffix.lower() in (".gif", ".apng")


def _has_track(path):
    """Returns whether a file of the HEIF family has many pictures."""
    import av

    try:
        with av.open(str(path.absolute())) as container:
            return any(stream.frames > 1 for stream in container.streams.video)
    except (av.FFmpegError, OSError):
        return False


def _is_raw(head):
    """Returns whether a TIFF is raw: its own picture is only a thumbnail."""
    tags = next(iter(tiff.read_directories(head)), {})
    is_smaller = bool(tags.get(tiff.NEW_SUBFILE_TYPE, 0) & 1)
    return head[8:10] == b"CR" or tiff.DNG_VERSION in tags or is_smaller


def _is_bitmap(head):
    sizes = (12, 40, 52, 56, 64, 108, 124)  # of the second header
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in sizes


def _is_transport_stream(head):
    """Looks for the mark of three packets in a row, wherever they begin."""
    for size, start in ((_PACKET, 0), (_PACKET + 4, 4)):
        marks = head[start : start + 3 * size : size]
        if len(marks) == 3 and set(marks) == {0x47}:
            return True
    return False


def _is_text(head):
    start = head[:4096]
    if any(byte < 9 or 13 < byte < 27 for byte in start):
        return False
    try:
        start[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(start) - 3
    return True


def kind_by_suffix(path: str | os.PathLike) -> str | None:
    """Returns the kind that a name claims, in any case of its suffix."""
    suffix = pathlib.Path(path).suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return "video"
    return "picture" if suffix in PICTURE_SUFFIXES else None
