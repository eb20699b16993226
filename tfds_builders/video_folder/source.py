"""Reading a user's folder, in whichever of the two forms it is."""

import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import Video
from emoaff.faces import find_media_kind
from emoaff.faces import read_picture
from tfds_builders.video_folder import class_folders
from tfds_builders.video_folder import label_table
from tfds_builders.video_folder import table_recordings


def read(
    tree: SourceTree, report: BuildReport, faces: str = "find"
) -> tuple[list[SourceRecording], list[str]]:
    """Reads which recordings and classes a folder holds.

    Args:
        tree: The folder.
        report: Is told of all files that are not used.
        faces: See `emoaff.corpora.footage.Footage`.

    Returns:
        The recordings, sorted, and the sorted names of the classes, each of
        which has a file that can be opened.

    Raises:
        FileNotFoundError: If there are no recordings.
        ValueError: If the folder contradicts itself, or a class has no file
            that can be opened.
    """
    root, files = tree.root, tree.files
    table = label_table.find(root, files)
    if table:
        files.remove(pathlib.PurePosixPath(table.path.name))
    media = tree.media(report)
    if table:
        found, classes = table_recordings.read(
            root, table, media, report, faces
        )
    else:
        found, classes = class_folders.read(root, media, report, faces)
    if not found and not classes:
        what = report.describe_left_out() if files or tree.junk else "no file"
        raise FileNotFoundError(
            "Expected videos or pictures in class folders, or a table with a "
            f"column file, in {root}. Found {what}. Without a table, labels "
            "are the names of the folders that videos and pictures lie in, so "
            "put them into a folder for each class, or write labels.csv; "
            "`emoaff corpora video_folder` shows both."
        )
    return _select_openable(found, classes, report), classes


def _select_openable(recordings, classes, report):
    """Leaves out files that cannot be opened, until each class has one."""
    paths_of: dict[int, dict[pathlib.Path, None]] = {}
    for recording in recordings:
        for index in np.unique(recording.labels.values["expression"]):
            paths_of.setdefault(int(index), {})[recording.footage.path] = None
    broken = set()
    for index, name in enumerate(classes):
        why = f"There is none; left out: {report.describe_left_out()}"
        for path in paths_of.get(index, ()):
            why = _explain_unopenable(path)
            if why is None:
                break
            broken.add(path)
        else:
            raise ValueError(
                f"Expected a video or picture that can be read in the class "
                f"{name!r}. {why.rstrip('.')}. Mend it, or take the class out."
            )
    for recording in recordings:
        if recording.footage.path in broken:
            report.leave_out("cannot be read", recording.name)
    return [each for each in recordings if each.footage.path not in broken]


def _explain_unopenable(path):
    """Returns why a video or picture cannot be read; None where it can."""
    try:
        if find_media_kind(path) == "picture":
            read_picture(path)
        else:
            Video(path)
    except (OSError, ValueError) as error:
        return str(error)
    return None
