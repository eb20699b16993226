"""Finding the pictures of each clip by their names."""

import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES

_NAME = re.compile(r"v(\d+)-face_(\d+)", re.IGNORECASE)

Pictures = dict[int, pathlib.PurePosixPath]


def find_faces(tree: SourceTree, report: BuildReport) -> dict[int, Pictures]:
    """Finds the faces of each clip; all of a clip lie in one folder.

    Args:
        tree: The user's folder.
        report: Is told of pictures that belong to no clip, and of copies.

    Returns:
        Clip number to the picture of each face number, both rising.

    Raises:
        FileNotFoundError: If there is none.
    """
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    named = []
    for file in tree.files:
        if file.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        match = _NAME.fullmatch(file.stem)
        if match:
            named.append((file, int(match[1]), int(match[2])))
        else:
            report.leave_out("picture that names no clip", str(file))
    if not named:
        raise tree.refuse("pictures such as v1-face_0.jpg", "kerc2020")
    usable = set(tree.usable([file for file, *_ in named], report))
    named.sort(key=lambda each: (len(each[0].parts), each[0]))
    homes: dict[int, pathlib.PurePosixPath] = {}
    found: dict[int, Pictures] = {}
    for file, clip, face in named:
        if file not in usable:
            continue
        faces = found.setdefault(clip, {})
        home = homes.setdefault(clip, file.parent)
        if file.parent != home or faces.setdefault(face, file) is not file:
            report.leave_out("another copy of a face", str(file))
    return {clip: dict(sorted(found[clip].items())) for clip in sorted(found)}
