"""Finding the files of the corpus."""

import dataclasses
import pathlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.source_tree import explain_unusable
from emoaff.faces import VIDEO_SUFFIXES

_FOLDERS = {
    "videos": VIDEO_SUFFIXES,
    "annotations": frozenset((".csv",)),
    "boxes": frozenset((".csv",)),
}


@dataclasses.dataclass(frozen=True)
class Layout:
    """The files that are worth opening, relative to the user's folder.

    Args:
        metadata: The table of clips.
        videos: Clip to its video.
        annotations: Clip to its labels.
        boxes: Clip to the boxes of its face; few or none may have them.
    """

    metadata: pathlib.PurePosixPath
    videos: dict[str, pathlib.PurePosixPath]
    annotations: dict[str, pathlib.PurePosixPath]
    boxes: dict[str, pathlib.PurePosixPath]


def find_layout(tree: SourceTree, report: BuildReport) -> Layout:
    """Finds `metadata.csv` with its folders beside it.

    Args:
        tree: The user's folder.
        report: Is told of all that is no part of the corpus.

    Raises:
        FileNotFoundError: If it is not there, or cannot be used.
    """
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    metadata, folders = _find_anchor(tree)
    why = explain_unusable(tree.root / metadata)
    if why:
        raise FileNotFoundError(
            f"Expected a table of clips in {tree.root / metadata}. Found a "
            f"file that is not usable: {why}. Copy it again."
        )
    found = {
        name: _index_by_clip(tree, folders[name], suffixes, report)
        if name in folders
        else {}
        for name, suffixes in _FOLDERS.items()
    }
    below = [folders[name].parts for name in _FOLDERS if name in folders]
    for file in tree.files:
        inside = any(file.parts[: len(parts)] == parts for parts in below)
        if not inside and file != metadata:
            report.leave_out("no file of the corpus by its name", str(file))
    return Layout(metadata, **found)


def _find_anchor(tree):
    for metadata in tree.find_files("metadata.csv"):
        folders = {
            folder.name.lower(): folder
            for folder in tree.folders
            if folder.parts and folder.parent == metadata.parent
        }
        if {"videos", "annotations"} <= set(folders):
            return metadata, folders
    raise tree.refuse(
        "metadata.csv with the folders videos and annotations beside it",
        "realeyes_like",
    )


def _index_by_clip(tree, folder, suffixes, report):
    named = []
    for file in tree.below(folder):
        if file.suffix.lower() in suffixes:
            named.append(file)
        else:
            report.leave_out("no file of the corpus by its name", str(file))
    found: dict[str, pathlib.PurePosixPath] = {}
    usable = tree.usable(named, report)
    for file in sorted(usable, key=lambda file: (len(file.parts), file)):
        if found.setdefault(file.stem, file) is not file:
            report.leave_out("another file of a clip", str(file))
    return found
