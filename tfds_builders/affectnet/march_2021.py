"""The release of March 2021: face crops, and files with a number each."""

import math
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.picture_corpus import Still
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.progress import Progress
from tfds_builders.affectnet import labelling
from tfds_builders.affectnet import npy_number

WANTED = (
    "folders train_set and val_set with images and annotations, the release "
    "of March 2021,"
)
_SPLITS = {"train_set": "train", "val_set": "validation"}
_KINDS = {"exp": "a class", "val": "valence", "aro": "arousal"}
_ANNOTATION = re.compile(r"(.+)_(exp|val|aro|lnd)\.npy", re.IGNORECASE)


def is_there(tree: SourceTree) -> bool:
    """Whether a folder holds this release."""
    return any(tree.find_folders(name) for name in _SPLITS)


def read(tree: SourceTree, report: BuildReport) -> list[Still] | None:
    """Reads the labelled crops; shows how far it is, since it may take long.

    Args:
        tree: The user's folder.
        report: Is told of files that are not used.

    Returns:
        The crops, by split and name, their files relative to `tree.root`;
        None if there are none.
    """
    stills, used = [], set()
    for folder, split in _SPLITS.items():
        found = tree.find_folders(folder)
        if not found:
            report.note(f"{folder} is not there, so there is no {split}")
            continue
        part = _Part(tree, found[0], folder)
        stills += part.stills(split, report)
        used |= part.files
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    for file in tree.files:
        if file not in used:
            report.leave_out("no part of this configuration", str(file))
    return stills or None


class _Part:
    """`train_set` or `val_set`."""

    def __init__(self, tree, folder, name):
        self._tree, self._name = tree, name
        self._pictures: dict[str, object] = {}
        self._annotations: dict[str, dict] = {}
        self.files = set()
        for file in tree.below(folder):
            if self._take(file):
                self.files.add(file)

    def _take(self, file):
        """Keeps a file under its id, the first where there are two."""
        if file.suffix.lower() in PICTURE_SUFFIXES:
            return self._pictures.setdefault(file.stem, file) is file
        match = _ANNOTATION.fullmatch(file.name)
        if not match:
            return False
        number, kind = match[1], match[2].lower()
        kinds = self._annotations.setdefault(number, {})
        return kinds.setdefault(kind, file) is file

    def stills(self, split, report):
        for number in self._annotations.keys() - self._pictures.keys():
            report.leave_out(
                "labelled, but its picture is not there", self._make_id(number)
            )
        places = {file: k for k, file in self._pictures.items()}
        usable = self._tree.usable(self._pictures.values(), report)
        self._note_missing(split, report)
        progress = Progress(f"reading labels of {self._name}", "pictures")
        found = []
        for done, file in enumerate(usable, start=1):
            labels = self._labels(places[file], report)
            progress.update(done, done / len(usable))
            name = self._make_id(places[file])
            if labels:
                found.append(Still(name, str(file), split=split, labels=labels))
            else:
                report.leave_out("no label", name)
        progress.close()
        return sorted(found, key=lambda still: still.name)

    def _note_missing(self, split, report):
        """Notes which labels of pictures with other labels have no file."""
        for kind, what in _KINDS.items():
            lacking = [
                number
                for number, kinds in self._annotations.items()
                if kind not in kinds
                and number in self._pictures
                and kinds.keys() & _KINDS.keys()
            ]
            if lacking:
                report.note(
                    f"pictures of {split} without {what}: {len(lacking)}; "
                    f"their _{kind}.npy is not there, such as "
                    f"{self._make_id(min(lacking))}_{kind}.npy"
                )

    def _make_id(self, number):
        return f"{self._name}/{number}"

    def _labels(self, number, report):
        files = self._annotations.get(number, {})
        return labelling.labels(
            self._value(files.get("exp"), labelling.code, -1, report),
            self._value(files.get("val"), labelling.affect, math.nan, report),
            self._value(files.get("aro"), labelling.affect, math.nan, report),
        )

    def _value(self, file, meaning, missing, report):
        if file is None:
            return missing
        try:
            return meaning(npy_number.read(self._tree.root / file))
        except (OSError, ValueError):
            report.leave_out("label that cannot be read", str(file))
            return missing
