"""Reading a user's folder, in whichever of the two forms it is."""

import pathlib

import numpy as np

from tfds_builders.video_folder import class_folders
from tfds_builders.video_folder import label_table
from tfds_builders.video_folder import media_tree
from tfds_builders.video_folder import table_recordings
from tfds_builders.video_folder.build_report import BuildReport
from tfds_builders.video_folder.recording import Recording


def read(
    root: pathlib.Path, report: BuildReport
) -> tuple[list[Recording], list[str]]:
    """Reads which recordings and classes a folder holds.

    Args:
        root: The folder.
        report: Is told of all files that are not used.

    Returns:
        The recordings, sorted, and the sorted names of the classes, each of
        which has a file that can be opened.

    Raises:
        FileNotFoundError: If there are no recordings.
        ValueError: If the folder contradicts itself, or a class has no file
            that can be opened.
    """
    files = media_tree.paths(root)
    table = label_table.find(root, files)
    if table:
        files.remove(pathlib.PurePosixPath(table.path.name))
    media = media_tree.media(root, files, report)
    if table:
        found, classes = table_recordings.read(root, table, media, report)
    else:
        found, classes = class_folders.read(root, media, report)
    if not found and not classes:
        _refuse(root, report.left_out_text() if files else "no file")
    return _openable(found, classes, report), classes


def refuse_empty(root: pathlib.Path) -> None:
    """Raises FileNotFoundError if there is nothing in a folder."""
    if not any(root.iterdir()):
        _refuse(root, "no file")


def _refuse(root, what):
    raise FileNotFoundError(
        "Expected videos or pictures in class folders, or a table with a "
        f"column file, in {root}. Found {what}. `emoaff corpora video_folder` "
        "prints what it must hold."
    )


def _openable(recordings, classes, report):
    """Leaves out files that cannot be opened, until each class has one."""
    paths_of: dict[int, dict[pathlib.Path, None]] = {}
    for recording in recordings:
        for index in np.unique(recording.labels.expression):
            paths_of.setdefault(int(index), {})[recording.path] = None
    broken = set()
    for index, name in enumerate(classes):
        why = f"There is none; left out: {report.left_out_text()}"
        for path in paths_of.get(index, ()):
            why = media_tree.cannot_open(path)
            if why is None:
                break
            broken.add(path)
        else:
            raise ValueError(
                f"Expected a video or picture that can be read in the class "
                f"{name!r}. {why.rstrip('.')}. Mend it, or take the class out."
            )
    for recording in recordings:
        if recording.path in broken:
            report.leave_out("cannot be read", recording.name)
    return [each for each in recordings if each.path not in broken]
