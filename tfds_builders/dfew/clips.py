"""Finding the clips: videos, or series of sixteen pictures."""

import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES

LENGTH = 16  # pictures of a series
_VIDEOS = "original"
_SERIES = "clip_224x224_16f"
_DEPTH = 5
_COPY = "another copy of a clip"


def find_videos(
    tree: SourceTree, report: BuildReport
) -> dict[int, list[pathlib.PurePosixPath]]:
    """Finds the videos below `Clip/original`.

    Args:
        tree: The user's folder.
        report: Is told of second files of a clip.

    Returns:
        Clip number to a list with its video.

    Raises:
        FileNotFoundError: If there is none.
    """
    files = {
        file
        for folder in tree.find_folders(_VIDEOS, _DEPTH)
        for file in tree.below(folder)
        if file.suffix.lower() in VIDEO_SUFFIXES and file.stem.isdecimal()
    }
    if not files:
        raise tree.refuse(
            f"a folder {_VIDEOS} with videos such as 1.mp4", "dfew"
        )
    found: dict[int, list] = {}
    for file in sorted(files, key=lambda file: (len(file.parts), file)):
        if found.setdefault(int(file.stem), [file]) != [file]:
            report.leave_out(_COPY, str(file))
    return found


def find_series(
    tree: SourceTree, report: BuildReport
) -> dict[int, list[pathlib.PurePosixPath]]:
    """Finds the folders of pictures below `Clip/clip_224x224_16f`.

    Args:
        tree: The user's folder.
        report: Is told of second folders of a clip.

    Returns:
        Clip number to its pictures.

    Raises:
        FileNotFoundError: If there is none.
    """
    found: dict[int, list] = {}
    for folder in tree.folders:  # the topmost first
        above = {part.lower().replace(" ", "_") for part in folder.parts[:-1]}
        if _SERIES not in above or not folder.name.isdecimal():
            continue
        files = [
            file
            for file in tree.inside(folder)
            if file.suffix.lower() in PICTURE_SUFFIXES
        ]
        if files and found.setdefault(int(folder.name), files) is not files:
            report.leave_out(_COPY, str(folder))
    if not found:
        raise tree.refuse(
            f"a folder {_SERIES} with a folder of pictures for each clip, such "
            "as 00001",
            "dfew",
        )
    return found


def find_video_footage(
    root: pathlib.Path, files: list[pathlib.PurePosixPath], faces: str
) -> Footage:
    """Returns where one clip's video is."""
    return Footage(root / files[0], faces=faces)


def find_series_footage(
    root: pathlib.Path,
    files: list[pathlib.PurePosixPath],
    faces: str,
    report: BuildReport,
) -> Footage | None:
    """Returns where one clip's pictures are, in the order of their numbers.

    The last number in a picture's name counts, as in `00001_12.jpg`; the
    smallest one is frame 0.

    Args:
        root: The user's folder.
        files: The pictures of one folder.
        faces: See `Footage`.
        report: Is told of pictures that have no number, or one that another
            has.
    """
    numbered: dict[int, pathlib.PurePosixPath] = {}
    for file in sorted(files):
        digits = re.findall(r"\d+", file.stem)
        if not digits:
            report.leave_out("picture without a number", str(file))
        elif numbered.setdefault(int(digits[-1]), file) is not file:
            report.leave_out("another picture of that number", str(file))
    if not numbered:
        return None
    folder, first = files[0].parent, min(numbered)
    return Footage(
        root / folder,
        tuple((n - first, numbered[n].name) for n in sorted(numbered)),
        faces=faces,
    )
