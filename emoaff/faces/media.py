"""Telling videos from pictures, and finding them in folders."""

import os
import pathlib

VIDEO_SUFFIXES = frozenset(
    ".3gp .asf .avi .flv .gif .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf "
    ".ogv .ts .vob .webm .wmv".split()
)
PICTURE_SUFFIXES = frozenset(
    ".bmp .jpe .jpeg .jpg .png .tif .tiff .webp".split()
)

# (offset, bytes) at the start of a file -> kind.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "picture"),  # JPEG
    (0, b"\x89PNG\r\n\x1a\n", "picture"),
    (8, b"WEBP", "picture"),
    (0, b"II*\x00", "picture"),  # TIFF
    (0, b"MM\x00*", "picture"),  # TIFF
    (8, b"AVI ", "video"),
    (0, b"\x1a\x45\xdf\xa3", "video"),  # Matroska, WebM
    (4, b"ftypqt", "video"),
    (4, b"ftypisom", "video"),
    (4, b"ftypiso", "video"),
    (4, b"ftypmp4", "video"),
    (4, b"ftypM4V", "video"),
    (4, b"ftypavc1", "video"),
    (4, b"ftyp3g", "video"),
    (0, b"\x00\x00\x01\xba", "video"),  # MPEG program stream
    (0, b"\x00\x00\x01\xb3", "video"),  # MPEG video
    (0, b"FLV\x01", "video"),
    (0, b"GIF8", "video"),
)


def media_kind(path: str | os.PathLike) -> str | None:
    """Says whether a file is a video or a picture.

    The first bytes decide where they are those of a known format, so a
    picture named `.mp4` is a picture; otherwise the suffix does, in any
    case. An animated GIF counts as a video.

    Args:
        path: The file; it need not exist.

    Returns:
        `"video"`, `"picture"`, or None for anything else.
    """
    path = pathlib.Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        start = b""
    for offset, signature, kind in _SIGNATURES:
        if start.startswith(signature, offset):
            return kind
    return _kind_by_suffix(path)


def media_files(
    path: str | os.PathLike, recursive: bool = True
) -> list[pathlib.Path]:
    """Lists the videos and pictures that a path stands for.

    In folders the suffix alone decides. Hidden files and folders, whose
    names begin with a dot (`.DS_Store`, `._clip.mp4`), are left out, and
    links to folders are not followed.

    Args:
        path: A file, which is given back as it is, or a folder.
        recursive: Whether to look into folders inside the folder.

    Returns:
        The files, sorted by path.

    Raises:
        FileNotFoundError: There is nothing at `path`.
        ValueError: A folder without videos and pictures.
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: expected a file or a folder, found nothing there. "
            "Check the path."
        )
    if not path.is_dir():
        return [path]
    found = []
    for folder, inner, names in os.walk(path):
        inner[:] = [n for n in inner if recursive and not n.startswith(".")]
        found += [
            pathlib.Path(folder, name)
            for name in names
            if not name.startswith(".") and _kind_by_suffix(name)
        ]
    if not found:
        raise ValueError(
            f"{path}: expected a folder with videos or pictures, found none "
            f"in it. Known suffixes: "
            f"{' '.join(sorted(VIDEO_SUFFIXES | PICTURE_SUFFIXES))}."
        )
    return sorted(found)


def _kind_by_suffix(path):
    suffix = pathlib.Path(path).suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return "video"
    return "picture" if suffix in PICTURE_SUFFIXES else None
