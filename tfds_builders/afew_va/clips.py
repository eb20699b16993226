"""Finding the clips: folders of three digits with a JSON of the same name."""

import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES

_CLIP = re.compile(r"\d{3}")
_CROPPED = re.compile(r"\d{3}_cropped", re.IGNORECASE)


def find_clips(
    tree: SourceTree, report: BuildReport
) -> dict[str, pathlib.PurePosixPath]:
    """Finds the JSON of each clip, wherever its folder lies.

    Args:
        tree: The user's folder.
        report: Is told of all that belongs to no clip.

    Returns:
        Clip to the path of its JSON, sorted.

    Raises:
        FileNotFoundError: If there is none.
    """
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    named = [file for file in tree.files if _is_annotation(file)]
    if not named:
        raise tree.refuse(
            "a clip's folder with its JSON, such as 001/001.json", "afew_va"
        )
    found: dict[str, pathlib.PurePosixPath] = {}
    usable = tree.usable(named, report)
    for file in sorted(usable, key=lambda file: (len(file.parts), file)):
        if found.setdefault(file.stem, file) is not file:
            report.leave_out("another copy of a clip", str(file.parent))
    used = {file.parent for file in found.values()}
    known = used | {file.parent for file in usable}
    for file in tree.files:
        if file.parent not in known and not _is_annotation(file):
            report.leave_out(_explain_unused(file), str(file))
    return dict(sorted(found.items()))


def list_pictures(
    tree: SourceTree, folder: pathlib.PurePosixPath, report: BuildReport
) -> dict[int, pathlib.PurePosixPath]:
    """Returns the pictures of a clip by 0-based frame number, rising.

    Args:
        tree: The user's folder.
        folder: The clip's.
        report: Is told of other files in it.
    """
    found: dict[int, pathlib.PurePosixPath] = {}
    # PNGs first, which is what the corpus has.
    files = sorted(tree.inside(folder), key=_no_png)
    for file in files:
        if _is_annotation(file):
            continue
        if file.suffix.lower() not in PICTURE_SUFFIXES:
            report.leave_out("neither picture nor labels", str(file))
        elif not file.stem.isdecimal():
            report.leave_out("picture without a frame number", str(file))
        elif found.setdefault(int(file.stem), file) is not file:
            report.leave_out("another copy of a picture", str(file))
    return dict(sorted(found.items()))


def _is_annotation(file):
    return (
        file.suffix.lower() == ".json"
        and file.stem == file.parent.name
        and _CLIP.fullmatch(file.stem) is not None
    )


def _explain_unused(file):
    if any(_CROPPED.fullmatch(part) for part in file.parts):
        return "in a folder of cropped copies"
    if _CLIP.fullmatch(file.parent.name):
        return "in a clip's folder without a usable JSON"
    return "neither picture nor labels of a clip"


def _no_png(file):
    return file.suffix.lower() != ".png", file
