"""The files below a user's folder: which are media, and which are not."""

import hashlib
import pathlib
from collections.abc import Iterator

from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES
from emoaff.faces import Video
from emoaff.faces import media_kind
from emoaff.faces import read_picture
from tfds_builders.video_folder.build_report import BuildReport

TABLE_SUFFIXES = frozenset((".csv", ".tsv"))
_SUFFIXES = VIDEO_SUFFIXES | PICTURE_SUFFIXES
_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_POINTER = b"version https://git-lfs"


def paths(root: pathlib.Path) -> list[pathlib.PurePosixPath]:
    """Lists all files at and below a folder, relative to it, sorted.

    Links to folders are followed, unless they lead back to where they are.
    """
    return sorted(
        pathlib.PurePosixPath(path.relative_to(root).as_posix())
        for path in _walk(root, frozenset())
    )


def media(
    root: pathlib.Path,
    files: list[pathlib.PurePosixPath],
    report: BuildReport,
) -> list[pathlib.PurePosixPath]:
    """Returns the files that are worth opening; the others are reported."""
    kept = []
    for file in files:
        why = _why_not(root, file)
        if why:
            report.leave_out(why, str(file))
        else:
            kept.append(file)
    return kept


def is_junk(file: pathlib.PurePosixPath) -> bool:
    """Whether an operating system put the file there: hidden, a thumbnail."""
    return any(p.startswith(".") or p.lower() in _JUNK for p in file.parts)


def cannot_open(path: pathlib.Path) -> str | None:
    """Returns why a video or picture cannot be read; None where it can."""
    try:
        if media_kind(path) == "picture":
            read_picture(path)
        else:
            Video(path)
    except (OSError, ValueError) as error:
        return str(error)
    return None


def fingerprint(root: pathlib.Path) -> str:
    """Returns a hash of what a folder holds: names, sizes, text of tables."""
    digest = hashlib.sha256()
    for file in paths(root):
        if is_junk(file):
            continue
        path = root / file
        size = path.stat().st_size if path.exists() else -1
        digest.update(f"{file}\0{size}\0".encode())
        if size > 0 and file.suffix.lower() in TABLE_SUFFIXES:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _walk(folder: pathlib.Path, above: frozenset) -> Iterator[pathlib.Path]:
    here = folder.resolve()
    if here in above:
        return
    for path in folder.iterdir():
        if path.is_dir():
            yield from _walk(path, above | {here})
        else:
            yield path


def _why_not(root, file):
    if is_junk(file):
        return "put there by the operating system"
    if file.suffix.lower() not in _SUFFIXES:
        return "no video or picture by their names"
    try:
        with (root / file).open("rb") as opened:
            start = opened.read(len(_POINTER))
    except OSError:
        return "cannot be opened"
    if not start:
        return "empty"
    if start == _POINTER:
        return "only pointers of Git LFS; `git lfs pull` fetches the files"
    return None
