"""Finding the emotion evaluations and the videos of the dialogs."""

import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import VIDEO_SUFFIXES

_DIALOG = re.compile(r"ses\d\d[fm]_[a-z]+\d\w*", re.IGNORECASE)
_FOLDER = "EmoEvaluation"
_DEPTH = 5  # Session1/dialog/EmoEvaluation, up to three levels down
_WANTED = "folders Session1 to Session5, each with dialog/"


def find(
    tree: SourceTree, report: BuildReport
) -> tuple[list[pathlib.PurePosixPath], dict[str, pathlib.PurePosixPath]]:
    """Finds what the corpus is built from.

    Args:
        tree: The user's folder.
        report: Is told of all other files.

    Returns:
        The evaluations, and the video of each dialog by its id in lower
        case. Both have something in them.

    Raises:
        FileNotFoundError: If there is no evaluation or no video.
    """
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    folders = tree.find_folders(_FOLDER, _DEPTH)
    evaluations = [
        file
        for folder in folders
        for file in tree.inside(folder)
        if file.suffix.lower() == ".txt"
    ]
    films = [
        file
        for file in tree.files
        if file.suffix.lower() in VIDEO_SUFFIXES
        and _DIALOG.fullmatch(file.stem)
    ]
    others = set(tree.files) - set(evaluations) - set(films)
    for file in sorted(others):
        report.leave_out(
            "neither a dialog's video nor its evaluation", str(file)
        )
    if not evaluations:
        raise tree.refuse(
            f"{_WANTED}{_FOLDER}/Ses01F_impro01.txt or the like,",
            "iemocap_video",
        )
    videos = _select_one_a_dialog(tree.usable(films, report), report)
    if not videos:
        raise tree.refuse(
            f"{_WANTED}avi/DivX/Ses01F_impro01.avi or the like,",
            "iemocap_video",
        )
    return tree.usable(evaluations, report), videos


def _select_one_a_dialog(films, report):
    def rank(file):
        original = file.suffix.lower() == ".avi"
        return not original, len(file.parts), file

    videos: dict[str, pathlib.PurePosixPath] = {}
    for file in sorted(films, key=rank):
        first = videos.setdefault(file.stem.lower(), file)
        if first is not file:
            report.leave_out("another video of the same dialog", str(file))
    return videos
