"""The lists of one fold: which clips are for training and which for test."""

import csv
import io
import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree

SPLITS = ("train", "test")
FOLDS = range(1, 6)
_DEPTH = 7  # zip files of zip files, each unpacked into its own folder
_COLUMNS = ("video_name", "label")
_CLASSES = 7
_LONGEST = 9  # digits of a clip's number
_NOT_SINGLE = "0"  # as the corpus marks clips without a single label


def is_list(file: pathlib.PurePosixPath) -> bool:
    """Whether a file is a list of any fold, by its name and folder."""
    return _parse_split(file) is not None and _parse_fold(file) is not None


def read_lists(
    tree: SourceTree, fold: int, report: BuildReport
) -> dict[str, dict[int, int]]:
    """Reads the two lists of a fold, or the one that is there.

    Args:
        tree: The user's folder.
        fold: 1 to 5.
        report: Is told of a list that is not there.

    Returns:
        For each split, clip number to class, 0 to 6.

    Raises:
        FileNotFoundError: If neither is there.
        ValueError: If a row is wrong, or a clip stands twice with different
            labels or in both lists. The message names file and row.
    """
    files: dict[str, pathlib.PurePosixPath] = {}
    for file in tree.find_files(f"set_{fold}.csv", _DEPTH):
        split = _parse_split(file)
        if split and tree.usable([file], report):
            if files.setdefault(split, file) is not file:
                report.leave_out("another copy of a list", str(file))
    if not files:
        raise tree.refuse(
            f"a list train(single-labeled)/set_{fold}.csv or "
            f"test(single-labeled)/set_{fold}.csv",
            "dfew",
        )
    lists: dict[str, dict[int, int]] = {}
    seen: dict[int, str] = {}
    for split in SPLITS:
        if split not in files:
            report.note(f"there is no list of {split} for fold {fold}")
            continue
        name = str(files[split])
        rows = _rows(tree.root / files[split], name)
        lists[split] = _labels(name, rows, seen, report)
    return lists


def _parse_split(file):
    for split in SPLITS:
        if re.match(rf"{split}.*single", file.parent.name.lower()):
            return split
    return None


def _parse_fold(file):
    return re.fullmatch(r"set[_ ]\d\.csv", file.name.lower())


def _rows(path, name):
    """Yields row number, clip and label, as text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"Expected a list as text in {name}. It cannot be read ({error}). "
            "Copy it again."
        ) from None
    columns = None
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if columns is None:
            columns = [cell.lower() for cell in cells]
            if not set(_COLUMNS) <= set(columns):
                raise ValueError(
                    f"Expected a header in {name} with the columns "
                    f"{' and '.join(_COLUMNS)}. Found: {', '.join(cells)}. "
                    "Add it, or copy the list again."
                )
            continue
        named = dict(zip(columns, cells, strict=False))
        yield number, *(named.get(column, "") for column in _COLUMNS)


def _labels(name, rows, seen, report):
    labels: dict[int, int] = {}
    for row, clip, label in rows:
        place = f"{name}, row {row}"
        stem = clip.rpartition("/")[2].partition(".")[0]
        if not stem.isdecimal() or len(stem) > _LONGEST:
            raise ValueError(
                f"{place}: expected the number of a clip in video_name. Found: "
                f"{clip!r}. Mend it."
            )
        number = int(stem)
        if label == _NOT_SINGLE:
            report.leave_out("listed without a single label", place)
            continue
        if label not in map(str, range(1, _CLASSES + 1)):
            raise ValueError(
                f"{place}: expected a label from 1 to {_CLASSES}. Found: "
                f"{label!r} for clip {clip}. Mend it."
            )
        if number in seen and labels.get(number) != int(label) - 1:
            raise ValueError(
                f"{place}: expected each clip in one list with one label. "
                f"Found: clip {clip} here and in {seen[number]}. Remove one "
                "of the rows."
            )
        if number in seen:
            report.leave_out("row repeated in a list", place)
        seen.setdefault(number, place)
        labels[number] = int(label) - 1
    return labels
