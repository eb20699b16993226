"""Finding the files: a folder a split, in it a folder a class."""

import dataclasses
import pathlib
from collections.abc import Container

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.split_rules import split_name

CLASSES = ("anger", "disgust", "fear", "happy", "neutral", "sad", "surprise")


@dataclasses.dataclass(frozen=True, order=True)
class ClassFile:
    """A file in a class folder.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        name: Class and file, unique within the split, such as `anger/0001`.
        label: Index in `CLASSES`.
        file: Path below the user's folder.
    """

    split: str
    name: str
    label: int
    file: pathlib.PurePosixPath


def find_files(
    tree: SourceTree,
    suffixes: Container[str],
    wanted: str,
    report: BuildReport,
) -> list[ClassFile]:
    """Finds the files that lie directly in a class folder of a split.

    Args:
        tree: The user's folder.
        suffixes: Of the files wanted, in lower case.
        wanted: What files of these suffixes are called, such as `"videos"`.
        report: Is told of all files that are not used.

    Returns:
        The usable files, sorted by split and name.

    Raises:
        FileNotFoundError: If there is none.
    """
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    named = []
    for file in tree.files:
        if _place(file) is None:
            why = "in no class folder of train, validation or test"
            report.leave_out(why, str(file))
        elif file.suffix.lower() not in suffixes:
            report.leave_out(f"other than {wanted}", str(file))
        else:
            named.append(file)
    if not named:
        raise tree.refuse(
            f"folders train, validation or test with {wanted} in class "
            "folders such as Anger",
            "caer",
        )
    found: dict[tuple, ClassFile] = {}
    for file in sorted(tree.usable(named, report), key=_nearest_first):
        split, label = _place(file)
        name = f"{CLASSES[label]}/{file.stem}"
        each = ClassFile(split, name, label, file)
        if found.setdefault((split, name), each) is not each:
            report.leave_out("another file of a clip", str(file))
    return sorted(found.values())


def _place(file):
    """Split and class of a file; None where its folders say neither."""
    label = file.parent.name.strip().lower()
    for folder in reversed(file.parts[:-2]):
        split = split_name(folder)
        if split and label in CLASSES:
            return split, CLASSES.index(label)
    return None


def _nearest_first(file):
    """Copies further down come later, and converted ones after AVIs."""
    return len(file.parts), file.suffix.lower() != ".avi", file
