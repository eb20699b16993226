"""Which of FER2013's forms a folder holds, and its pictures."""

import collections

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.grey_faces import GreyFace
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.fer2013 import class_pictures
from tfds_builders.fer2013.pixel_table import PixelTable

WHOLE = ("fer2013.csv", "icml_face_data.csv")
_HALVES = {"train": "train.csv", "test": "test.csv"}
_PUBLISHED = {"train": 28_709, "validation": 3_589, "test": 3_589}
_OF_FOLDERS = {"train": 28_709, "test": 7_178}


def read(tree: SourceTree, report: BuildReport) -> list[GreyFace]:
    """Reads all pictures, from a table rather than from picture files.

    Args:
        tree: The user's folder.
        report: Is told of whatever is not used, and of counts that differ
            from the published ones.

    Raises:
        FileNotFoundError: If none of the forms is there.
        ValueError: If FER+'s votes are there under FER2013's name and nothing
            else is, or a table does not hold what it should.
    """
    tables = _tables(tree, report)
    misnamed = [table for table in tables if table.holds_votes]
    whole = [t for t in tables if _is_called(t, WHOLE) and not t.holds_votes]
    halves = {
        split: table
        for split, name in _HALVES.items()
        for table in reversed(tables)
        if _is_called(table, [name]) and _has(table, "pixels")
    }
    pictures = class_pictures.find(tree)
    if whole:
        used, published = whole[:1], _PUBLISHED
        faces = _read_whole(whole[0], report)
    elif halves:
        used, published = list(halves.values()), {"train": _PUBLISHED["train"]}
        faces = _read_halves(halves, report)
    elif pictures:
        used, published = [], _OF_FOLDERS
        faces = class_pictures.read(tree, pictures, report)
        report.note(
            "the pictures are those of the re-release as files: PublicTest "
            "and PrivateTest are one split, test, and a JPEG's pixels are not "
            "quite those of fer2013.csv"
        )
    elif misnamed:
        raise make_votes_error(misnamed[0])
    else:
        raise _refusal(tree, report)
    taken = {table.path for table in used}
    if not used:
        taken = {tree.root / file for file in pictures.values()}
    _tell_rest(tree, taken, tables, report)
    _compare(faces, published, report)
    return faces


def make_votes_error(table: PixelTable) -> ValueError:
    """Returns the error for FER+'s votes under the name of FER2013's table."""
    return ValueError(
        f"Expected the columns emotion, pixels and Usage in {table.path}. "
        f"Received: {', '.join(table.columns[:4])}, ..., which is FER+'s table "
        "of votes (fer2013new.csv) under another name. It holds no picture. "
        "Take fer2013.csv from Kaggle."
    )


def _tables(tree, report):
    """The tables that can be opened, the best names first."""
    files = tree.usable(_list_candidates(tree), report)
    return [PixelTable(tree.root / file) for file in files]


def _list_candidates(tree):
    names = (*WHOLE, *_HALVES.values())
    return [file for name in names for file in tree.find_files(name)]


def _is_called(table, names):
    return table.path.name.lower().replace(" ", "_") in names


def _has(table, *names):
    return set(names) <= set(table.columns)


def _refusal(tree, report):
    why = report.describe_left_out()
    damaged = "" if why == "nothing" else f" (left out: {why})"
    return tree.refuse(
        f"fer2013.csv, icml_face_data.csv, train.csv{damaged}, or pictures in "
        "train/<class> and test/<class>, with archives unpacked,",
        "fer2013",
    )


def _read_whole(table, report):
    if not _has(table, "emotion", "pixels", "usage"):
        raise ValueError(
            f"Expected the columns emotion, pixels and Usage in {table.path}. "
            f"Received: {', '.join(table.columns)[:80] or 'nothing'}. Take the "
            "file as Kaggle gives it."
        )
    return [_face(row, row.split) for row in table.rows(report)]


def _read_halves(tables, report):
    faces = []
    for split, table in tables.items():
        faces += [_face(row, split) for row in table.rows(report)]
        if not _has(table, "emotion"):
            report.note(
                f"{table.path.name} has no column emotion, so its pictures "
                "have no label"
            )
    return faces


def _face(row, split):
    name = f"row{row.number:05d}"
    return GreyFace(name, split, row.pixels, {"expression": row.emotion})


def _tell_rest(tree, taken, tables, report):
    """Reports what is there and not used, and not reported yet."""
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    others = {table.path: table for table in tables}
    candidates = set(_list_candidates(tree))
    for file in tree.files:
        path, name = tree.root / file, file.name.lower()
        if path in taken:
            continue
        if name == "fer2013new.csv" or (
            path in others and others[path].holds_votes
        ):
            why = "votes of FER+, for the corpus ferplus"
        elif path in others:
            why = "another table than what is used"
        elif file in candidates:
            continue  # cannot be opened, which is reported
        elif class_pictures.is_one(file):
            why = "in no folder of a class, or pictures that stand elsewhere"
        else:
            why = "no file of FER2013 by its name"
        report.leave_out(why, str(file))


def _compare(faces, published, report):
    found = collections.Counter(face.split for face in faces)
    for split, count in published.items():
        if found[split] != count:
            report.note(
                f"{split} has {found[split]} pictures before any is left out, "
                f"published are {count}"
            )
