"""The release of 2017: whole web pictures, and lists of the faces in them."""

import collections
import pathlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.picture_corpus import Still
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.affectnet import csv_list
from tfds_builders.affectnet import labelling

_MANUAL = "Manually_Annotated_Images"
_AUTOMATIC = "Automatically_Annotated_Images"
_AUTOMATIC_LIST = "automatically_annotated"


def wanted(config) -> str:
    """Describes in words what a folder must hold for a configuration."""
    parts = []
    if config.manual:
        parts.append(
            f"training.csv, validation.csv and a folder {_MANUAL}, the "
            "release of 2017,"
        )
    if config.automatic:
        parts.append(f"{_AUTOMATIC_LIST}.csv and a folder {_AUTOMATIC}")
    return " and ".join(parts)


def is_there(tree: SourceTree) -> bool:
    """Whether a folder holds this release."""
    return any(tree.find_folders(name) for name in (_MANUAL, _AUTOMATIC))


def read(tree: SourceTree, report: BuildReport, config) -> list[Still] | None:
    """Reads the labelled faces.

    Args:
        tree: The user's folder.
        report: Is told of rows and files that are not used.
        config: An `OriginalConfig`.

    Returns:
        The faces, by split and name, their files relative to `tree.root`;
        None if what `config` trains on is not there.

    Raises:
        ValueError: See `csv_list.read`.
    """
    manual = _Pictures(tree, _MANUAL)
    lists = [_List(tree, "validation", "validation", manual)]
    if config.manual:
        lists.append(_List(tree, "training", "train", manual))
    if config.automatic:
        automatic = _Pictures(tree, _AUTOMATIC)
        lists.append(_List(tree, _AUTOMATIC_LIST, "train", automatic))
    # Validation alone is something, unless train is the other half.
    needed = lists if config.manual else lists[1:]
    if not any(each.is_there for each in needed):
        return None
    rows = [(each, face) for each in lists for face in each.faces(report)]
    _note_repeated(rows, report)
    stills = _make_stills(rows, tree, report, config)
    _report_unused(tree, report, lists)
    return sorted(stills, key=lambda still: (still.split, still.name))


class _Pictures:
    """The pictures in all folders of one name, as lists name them."""

    def __init__(self, tree, folder):
        self.folder = folder
        self.files: dict[str, pathlib.PurePosixPath] = {}
        for place in tree.find_folders(folder):
            for file in tree.below(place):
                self.files.setdefault("/".join(file.parts[-2:]), file)
        self._in_any_case = {k.lower(): file for k, file in self.files.items()}
        self.named: set[pathlib.PurePosixPath] = set()

    def file(self, name):
        """The file that a row names; its suffix may have another case."""
        found = self.files.get(name) or self._in_any_case.get(name.lower())
        if found is not None:
            self.named.add(found)
        return found


class _List:
    """One list, and the pictures that it names."""

    def __init__(self, tree, name, split, pictures):
        self.name, self.split, self.pictures = name, split, pictures
        self.path = next(iter(tree.find_files(f"{name}.csv")), None)
        self._root = tree.root

    @property
    def is_there(self):
        return self.path is not None and bool(self.pictures.files)

    def faces(self, report):
        if self.is_there:
            return csv_list.read(self._root / self.path, report)
        lacks = self.pictures.folder if self.path else f"{self.name}.csv"
        report.note(f"{lacks} is not there; {self.split} has nothing of it")
        return ()


def _note_repeated(rows, report):
    """Notes how many pictures are in several rows, and in both splits."""
    splits = collections.defaultdict(list)
    for each, face in rows:
        splits[each.pictures.folder, face.picture].append(each.split)
    repeated = [some for some in splits.values() if len(some) > 1]
    if repeated:
        report.note(
            f"pictures in several rows, each row an example: {len(repeated)}"
        )
    both = sum(len(set(some)) > 1 for some in repeated)
    if both:
        report.note(f"pictures in both train and validation: {both}")


def _make_stills(rows, tree, report, config):
    count = collections.Counter(face.picture for _, face in rows)
    kept = []
    for each, face in rows:
        labels = labelling.labels(face.code, face.valence, face.arousal)
        file = each.pictures.file(face.picture)
        repeated = count[face.picture] > 1
        why = _why_not(each, face, file, labels, repeated, config)
        name = face.picture
        if repeated:
            name = f"{name}#{each.name}:{face.row}"
        if why:
            report.leave_out(why, name)
        else:
            kept.append((name, each.split, file, face.box, labels))
    files = dict.fromkeys(file for _, _, file, _, _ in kept)
    usable = set(tree.usable(files, report))
    return [
        Still(name, str(file), box=box, split=split, labels=labels)
        for name, split, file, box, labels in kept
        if file in usable
    ]


def _why_not(its_list, face, file, labels, repeated, config):
    if face.code == labelling.NO_FACE:
        return "class No-Face"
    if not labels:
        return "no label: class Uncertain, or none"
    if face.box is None and not config.find_faces:
        return "no face box"
    if repeated and config.find_faces:
        return "picture of several rows, which only their boxes tell apart"
    if file is None:
        return f"named in {its_list.name}.csv, but not there"
    return ""


def _report_unused(tree, report, lists):
    named = {each.path for each in lists}.union(
        *(each.pictures.named for each in lists)
    )
    # A half of which only the validation is read has others, unread lists.
    trained = [each.pictures for each in lists if each.split == "train"]
    pictures = {file for some in trained for file in some.files.values()}
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    for file in tree.files:
        if file not in named:
            why = "no part of this configuration, or a second copy"
            why = "in no list" if file in pictures else why
            report.leave_out(why, str(file))
