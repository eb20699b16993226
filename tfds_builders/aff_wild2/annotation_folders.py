"""Which annotations and lists a copy of the corpus holds, by their names."""

import dataclasses
import pathlib
import re

from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.table_text import read_cells
from tfds_builders.aff_wild2.contents import Contents
from tfds_builders.aff_wild2.contents import plain

_DEPTH = 4  # one more than the rest, for folders that lie in their like
_SPLITS = {r"train": "train", r"valid|val\b": "validation"}
_LISTS = {
    "train set.txt": ("MTL", "train"),
    "validation set.txt": ("MTL", "validation"),
    "training set annotations.txt": ("flat", "train"),
    "validation set annotations.txt": ("flat", "validation"),
}
_TEST_LISTS = {
    "va": r"valence arousal estimation challenge test set|\bva test set",
    "expr": r"expression classification challenge test set|\bexpr test set",
    "au": r"action unit detection challenge test set|\bau test set",
}
_WANTED = {
    "va": "VA_* with folders train* and valid* of annotations",
    "expr": "EXPR_* with folders train* and valid* of annotations",
    "au": "AU_* with folders train* and valid* of annotations",
    "mtl": "with train_set.txt or training_set_annotations.txt",
}


@dataclasses.dataclass(frozen=True)
class AnnotationFolder:
    """The annotations of one task in one edition.

    Args:
        path: The folder; of lists, one of them.
        files: For each split its files.
    """

    path: pathlib.PurePosixPath
    files: dict[str, list[pathlib.PurePosixPath]]


def find(
    tree: SourceTree, contents: Contents, task: str, edition: str
) -> AnnotationFolder:
    """Returns the annotations of one task.

    Args:
        tree: The user's folder.
        contents: The same.
        task: `"va"`, `"expr"`, `"au"` or `"mtl"`.
        edition: A word of the path, empty where there is one edition.

    Raises:
        FileNotFoundError: If there are none.
        ValueError: If there are several, or none with that word.
    """
    found = _find_lists(contents) if task == "mtl" else _folders(tree, task)
    if not found:
        raise tree.refuse(f"a folder {_WANTED[task]}", "aff_wild2")
    kept = [each for each in found if _named(each.path, edition)]
    exact = [each for each in kept if _named(each.path, edition, whole=True)]
    if len(exact or kept) == 1:
        return (exact or kept)[0]
    there = ", ".join(str(each.path) for each in kept or found)
    if edition and not kept:
        raise ValueError(
            f"Expected annotations with {edition!r} in their path. Found: "
            f"{there}. Name a word of one of these."
        )
    raise ValueError(
        f"Expected the annotations of one edition. Found: {there}. Choose one "
        "by a word of its path that the others do not have, such as "
        f"aff_wild2/{task}+edition=third."
    )


def find_test_lists(
    contents: Contents, task: str, edition: str
) -> list[pathlib.PurePosixPath]:
    """Returns the lists of a task's test set, those of one edition if it can.

    Args:
        contents: The user's folder.
        task: See `find`; the lists of `"mtl"` have no known names.
        edition: See `find`.
    """
    pattern = re.compile(_TEST_LISTS.get(task, r"(?!)"))
    found = [
        file
        for file in contents.others
        if file.suffix.lower() in (".txt", ".csv")
        and pattern.search(plain(file.name))
    ]
    return [file for file in found if _named(file, edition)] or found


def read_test_list(path: pathlib.Path) -> list[str]:
    """Returns the names of recordings in a list, each once, in its order.

    Args:
        path: Either one name a line, or a table with a header whose first
            column names pictures, `name/00001.jpg`.
    """
    text = path.read_bytes().decode("utf-8-sig", "replace")
    rows = read_cells(text.splitlines(), path.name)
    cells = [row[0].strip() for row in rows if row]
    if cells and plain(cells[0]).startswith("image"):
        cells = cells[1:]
    names = []
    for cell in cells:
        parts = pathlib.PurePosixPath(cell.replace("\\", "/")).parts
        if len(parts) > 1:
            names.append(parts[-2])
        elif parts:
            names.append(re.sub(r"\.(mp4|avi|txt)$", "", parts[0], flags=re.I))
    return list(dict.fromkeys(names))


def _folders(tree, task):
    """The folders of a task that have folders of splits."""
    found = []
    for folder in tree.find_folders(f"{task}_*", _DEPTH):
        files: dict[str, list] = {}
        for child in tree.folders:
            split = child.parent == folder and _split(child.name)
            if split:
                files.setdefault(split, []).extend(_texts(tree, child))
        if any(files.values()):
            found.append(AnnotationFolder(folder, files))
    return found


def _split(name):
    for start, split in _SPLITS.items():
        if re.match(start, plain(name)):
            return split
    return None


def _texts(tree, folder):
    """The text files anywhere below a folder."""
    length = len(folder.parts)
    return [
        file
        for child in tree.folders
        if child.parts[:length] == folder.parts
        for file in tree.inside(child)
        if file.suffix.lower() == ".txt"
    ]


def _find_lists(contents):
    """The lists of multi-task challenges, train and validation together."""
    found: dict[tuple, dict] = {}
    for file in contents.others:
        kind, split = _LISTS.get(plain(file.name), ("", ""))
        if kind and len(file.parts) <= _DEPTH + 1:
            files = found.setdefault((file.parent, kind), {})
            files.setdefault(split, []).append(file)
    return [
        AnnotationFolder(min(files.values())[0], files)
        for files in found.values()
    ]


def _named(path, edition, whole=False):
    """Whether a word stands in a path, or is the whole name of a folder."""
    wanted = plain(edition)
    if whole:
        return wanted in [plain(part) for part in path.parts]
    return wanted in plain(str(path))
