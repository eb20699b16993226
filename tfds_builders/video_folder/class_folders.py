"""The layout with one folder a class, below split folders or not."""

import pathlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import is_junk
from emoaff.corpora.split_rules import split_name


def read(
    root: pathlib.Path,
    media: list[pathlib.PurePosixPath],
    report: BuildReport,
    faces: str = "find",
) -> tuple[list[SourceRecording], list[str]]:
    """Reads the recordings and their classes off the names of folders.

    Args:
        root: The user's folder.
        media: Its videos and pictures.
        report: Is told what the classes are, and of media that lie in no
            class folder.
        faces: See `emoaff.corpora.footage.Footage`.

    Returns:
        The recordings, in the order of `media`, and the sorted names of the
        classes, those without a recording as well; both may be empty.

    Raises:
        ValueError: If split folders and other folders lie side by side.
    """
    depth = _depth(root, media)
    folders = _folders(root)
    if depth:
        folders = [inner for each in folders for inner in _folders(each)]
    classes = sorted({_read_class_name(folder.name) for folder in folders})
    if classes:
        report.note(
            "there is no table of labels, so the names of the folders are the "
            f"classes: {', '.join(classes)}"
        )
    labels = [
        FrameLabels.constant(expression=index) for index in range(len(classes))
    ]
    recordings = []
    for file in media:
        if len(file.parts) < depth + 2:
            report.leave_out("in no class folder", str(file))
            continue
        index = classes.index(_read_class_name(file.parts[depth]))
        recordings.append(
            SourceRecording(
                name=str(file),
                subject=str(file),
                footage=Footage(root / file, faces=faces),
                labels=labels[index],
                split=split_name(file.parts[0]) if depth else "",
                subject_is_known=False,
            )
        )
    return recordings, classes


def _depth(root, media):
    """1 where the folders at the top are splits, 0 where they are classes."""
    tops = {folder.name for folder in _folders(root)}
    named = sorted(top for top in tops if split_name(top))
    full = {file.parts[0] for file in media if len(file.parts) > 1}
    others = sorted(top for top in tops & full if not split_name(top))
    if named and others:
        raise ValueError(
            "Expected either the folders train, validation and test at the "
            "top, or class folders. Received: both, such as "
            f"{named[0]} and {others[0]}. Move the class folders into the "
            "split folders, or rename."
        )
    return 1 if named else 0


def _folders(parent):
    return sorted(
        path
        for path in parent.iterdir()
        if path.is_dir() and not is_junk(pathlib.PurePosixPath(path.name))
    )


def _read_class_name(folder):
    return folder.strip().lower()
