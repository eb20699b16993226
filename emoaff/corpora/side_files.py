"""Files of sound and physiology that a corpus has beside its videos.

They are stored as they are, `side/MODALITY/RECORDING.wav`, beside the records
of the built corpus, where `emoaff.data.side_inputs` reads them.

What is public here:

    select_side_files(tree, files, find_name, report) -> file by recording
    note_side_files(sides, names, report)
    store_side_files(sides, names, root, folder)
"""

import pathlib
import shutil
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree

FOLDER = "side"
Sides = Mapping[str, Mapping[str, pathlib.PurePosixPath]]


def select_side_files(
    tree: SourceTree,
    files: Iterable[pathlib.PurePosixPath],
    find_name: Callable[[str], str | None],
    report: BuildReport,
) -> dict[str, pathlib.PurePosixPath]:
    """Selects one usable file of each recording, the topmost.

    Args:
        tree: The user's folder.
        files: Files of one modality.
        find_name: Gives the recording that a file is of by its name without
            suffix, or `None`.
        report: Told of files that are not used.

    Returns:
        The file of each recording.
    """
    found: dict[str, pathlib.PurePosixPath] = {}
    named = [file for file in files if find_name(file.stem)]
    named.sort(key=lambda file: (len(file.parts), file))
    for file in tree.usable(named, report):
        first = found.setdefault(find_name(file.stem), file)
        if first is not file:
            why = "sound or physiology that stands in two files"
            report.leave_out(why, str(file))
    return found


def note_side_files(
    sides: Sides, names: Collection[str], report: BuildReport
) -> None:
    """Notes of how many recordings there is which modality.

    Args:
        sides: Modality to recording to file.
        names: The recordings that are built.
        report: Gets the notes.
    """
    for modality, files in sides.items():
        count = len(set(files) & set(names))
        if count:
            report.note(
                f"{modality} of {count} of {len(names)} recordings is stored "
                f"beside the frames, for data.modalities=video,{modality}"
            )


def store_side_files(
    sides: Sides,
    names: Collection[str],
    root: pathlib.Path,
    folder: pathlib.Path,
) -> None:
    """Copies the files of the recordings that are built.

    Args:
        sides: Modality to recording to file.
        names: The recordings that are built.
        root: The user's folder.
        folder: That of the built corpus.
    """
    for modality, files in sides.items():
        for name in sorted(set(files) & set(names)):
            file = files[name]
            place = folder / FOLDER / modality / f"{name}{file.suffix.lower()}"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / file, place)
