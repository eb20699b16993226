"""The re-release as picture files: a folder a class, below split folders."""

import pathlib

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.grey_faces import GreyFace
from emoaff.corpora.grey_faces import decode
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.split_rules import split_name
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.labels import class_orders

_CLASSES = labels.get("fer2013").classes
_MEANINGS = {class_orders.SYNONYMS.get(c, c): c for c in _CLASSES}
_WORDS = {
    **{w: _MEANINGS[m] for w, m in class_orders.SYNONYMS.items()},
    **_MEANINGS,
}


def find(tree: SourceTree) -> dict[tuple[str, str], pathlib.PurePosixPath]:
    """Finds pictures by the names of the two folders above them.

    Args:
        tree: The user's folder.

    Returns:
        Split and name, such as `("train", "happy/7.jpg")`, to the file; of
        several copies the topmost.
    """
    found = {}
    for file in sorted(tree.files, key=lambda file: (len(file.parts), file)):
        split, class_name = _parse_folders(file)
        if split and class_name:
            found.setdefault((split, f"{class_name}/{file.name}"), file)
    return found


def read(
    tree: SourceTree,
    found: dict[tuple[str, str], pathlib.PurePosixPath],
    report: BuildReport,
) -> list[GreyFace]:
    """Reads the pictures.

    Args:
        tree: The user's folder.
        found: See `find`.
        report: Is told of files that hold no grey picture of 48x48.
    """
    usable = set(tree.usable(found.values(), report))
    faces = []
    for (split, name), file in sorted(found.items()):
        if file not in usable:
            continue
        pixels = decode((tree.root / file).read_bytes())
        if pixels is None:
            report.leave_out("no picture of 48x48 pixels", str(file))
            continue
        index = _CLASSES.index(name.partition("/")[0])
        faces.append(GreyFace(name, split, pixels, {"expression": index}))
    return faces


def is_one(file: pathlib.PurePosixPath) -> bool:
    """Whether a file is a picture in a folder below a split's folder."""
    return bool(_parse_folders(file)[0])


def _parse_folders(file):
    """The split and class that a picture's folders name; None where none."""
    if file.suffix.lower() not in PICTURE_SUFFIXES or len(file.parts) < 3:
        return None, None
    return split_name(file.parts[-3]), _WORDS.get(
        file.parts[-2].strip().lower()
    )
