"""Which files of FER+ a folder holds, and pictures joined with votes."""

import collections

import numpy as np

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.grey_faces import GreyFace
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.fer2013.pixel_table import PixelTable
from tfds_builders.ferplus import picture_files
from tfds_builders.ferplus import vote_table
from tfds_builders.ferplus.picture_files import FOLDERS
from tfds_builders.ferplus.picture_files import PictureFiles

_TABLES = ("fer2013.csv", "icml_face_data.csv")
_PUBLISHED = {"train": 28_558, "validation": 3_579, "test": 3_573}
_AGREE = 1 / 3  # of the labels; rows in another order agree in .18


def read(tree: SourceTree, report: BuildReport) -> list[GreyFace]:
    """Reads all pictures that have votes.

    Args:
        tree: The user's folder.
        report: Is told of whatever is not used, and of counts that differ
            from the published ones.

    Raises:
        FileNotFoundError: If votes or pictures are not there.
        ValueError: If a table does not hold what it should, or FER2013's does
            not belong to the votes.
    """
    return _Source(tree, report).faces()


class _Source:
    def __init__(self, tree, report):
        self._tree, self._report = tree, report
        self._used: set = set()
        named = [file for name in _TABLES for file in tree.find_files(name)]
        tables = {
            f: PixelTable(tree.root / f) for f in tree.usable(named, report)
        }
        self._misnamed = [f for f, t in tables.items() if t.holds_votes]
        self._pixels = {
            file: table
            for file, table in tables.items()
            if {"emotion", "pixels", "usage"} <= set(table.columns)
        }
        folder = PictureFiles(tree.files, tree)
        named += folder.tables + tree.find_files("*.zip")
        folder.tables = tree.usable(folder.tables, report)
        archives = picture_files.archives(tree, report)
        self._held = {None: folder, **archives}
        # Of those named, some are not worth opening and reported by now.
        self._others = set(tree.files) - set(named)
        self._others |= {*tables, *folder.tables, *archives}

    def faces(self):
        rows, faces = self._votes(), []
        held = [
            (file, each) for file, each in self._held.items() if each.pictures
        ]
        if self._pixels:
            file, table = next(iter(self._pixels.items()))
            self._used.add(file)
            faces = self._read_table(rows, table)
        elif held:
            file, each = held[0]
            self._used |= {file} if file else set(each.pictures.values())
            faces = self._read_files(rows, each)
        if not faces:
            raise FileNotFoundError(
                f"Expected PNG pictures in {FOLDERS['train']}, or fer2013.csv. "
                f"Found {vote_table.NAME} in {self._tree.root} but no picture "
                f"that it names. Left out: {self._report.describe_left_out()}. "
                "`emoaff corpora ferplus` prints what it must hold."
            )
        self._tell_rest()
        return sorted(faces, key=lambda face: [*FOLDERS].index(face.split))

    def _votes(self):
        """The rows of the table of votes, wherever it is."""
        for archive, held in self._held.items():
            for file in held.tables[:1]:
                self._used.add(archive or file)
                return vote_table.read(held.read(file), self._report)
        for file in self._misnamed[:1]:
            self._used.add(file)
            self._report.note(
                f"the votes are in {file}, which is another table's name"
            )
            data = (self._tree.root / file).read_bytes()
            return vote_table.read(data, self._report)
        why = self._report.describe_left_out()
        damaged = "" if why == "nothing" else f" (left out: {why})"
        raise self._tree.refuse(
            f"{vote_table.NAME}{damaged} beside FER+'s picture folders or "
            "fer2013.csv,",
            "ferplus",
        )

    def _usable(self, rows):
        """The rows of pictures that FER+ names, each name once."""
        count = collections.Counter((row.split, row.name) for row in rows)
        for row in rows:
            where = f"{vote_table.NAME}, row {row.number + 2}"
            if not row.name:
                why = "rows without a name, as there is no face"
                self._report.leave_out(why, where)
            elif count[row.split, row.name] > 1:
                why = "rows whose name stands twice"
                self._report.leave_out(why, f"{where} ({row.name})")
            else:
                yield row

    def _read_files(self, rows, held):
        self._compare(collections.Counter(split for split, _ in held.pictures))
        there = {split for split, _ in held.pictures}
        faces, missing = [], collections.Counter()
        for row in self._usable(rows):
            file = held.pictures.get((row.split, row.name))
            if row.split not in there:
                missing[row.split] += 1
                continue
            name = f"{FOLDERS[row.split]}/{row.name}"
            pixels = None if file is None else held.pixels(file)
            if file is None:
                self._report.leave_out("named, and not there", name)
            elif pixels is None:
                self._report.leave_out("cannot be read as 48x48", name)
            else:
                faces.append(_face(row, pixels))
        for split, count in missing.items():
            self._report.note(
                f"there is no picture in {FOLDERS[split]}, so no {split}, for "
                f"which {count} are named"
            )
        named = {(row.split, row.name) for row in rows}
        for split, name in sorted(set(held.pictures) - named):
            self._report.leave_out(
                f"not in {vote_table.NAME}", f"{FOLDERS[split]}/{name}"
            )
        return faces

    def _read_table(self, rows, table):
        found = {row.number: row for row in table.rows(self._report)}
        last = rows[-1].number + 1 if rows else 0
        if table.count != last:
            raise ValueError(
                "Expected as many rows in both tables, since they are joined "
                f"by number. Received: {table.count} in {table.path.name}, "
                f"{last} in {vote_table.NAME}. Take both anew, or "
                f"{table.path.name} away to use picture files."
            )
        _refuse_other_rows(rows, found, table.path.name)
        faces = [
            _face(row, found[row.number].pixels)
            for row in self._usable(rows)
            if row.number in found
        ]
        names = {(row.split, row.name) for row in rows if row.name}
        self._compare(collections.Counter(split for split, _ in names))
        return faces

    def _compare(self, found):
        for split, count in _PUBLISHED.items():
            if found[split] and found[split] != count:
                self._report.note(
                    f"{split} has {found[split]} pictures before any is left "
                    f"out, published are {count}"
                )

    def _tell_rest(self):
        """Reports files that are there and not used."""
        for file in self._tree.junk:
            why = "put there by the operating system"
            self._report.leave_out(why, str(file))
        for file in sorted(self._others - self._used):
            if file.name.lower() == "label.csv":
                why = f"votes that {vote_table.NAME} holds as well"
            elif file.suffix.lower() == ".png" or file in self._held:
                why = "pictures that stand elsewhere as well, or of no split"
            else:
                why = "no file of FER+ that is needed"
            self._report.leave_out(why, str(file))


def _face(row, pixels):
    return GreyFace(
        row.name.removesuffix(".png"),
        row.split,
        pixels,
        {
            "expression": row.majority,
            "votes": row.votes[:8],
            "votes_unknown": row.votes[8],
            "votes_no_face": row.votes[9],
        },
    )


def _refuse_other_rows(rows, found, name):
    """Raises ValueError if FER2013's rows are not those of the votes."""
    pairs = [(row, found[row.number]) for row in rows if row.number in found]
    for votes, picture in pairs:
        if votes.split != picture.split:
            raise ValueError(
                f"{name}, row {votes.number + 2}: expected Usage as in the "
                f"same row of {vote_table.NAME}, {votes.split}. Received: "
                f"{picture.split}. The tables do not belong together; take "
                "both anew."
            )
    mapping = labels.make_mapping("ferplus", "fer2013")
    majority = mapping.map_indices(np.array([v.majority for v, _ in pairs]))
    emotion = np.array([picture.emotion for _, picture in pairs])
    known = (majority >= 0) & (emotion >= 0)
    agree = np.mean(majority[known] == emotion[known]) if known.any() else 1.0
    if agree < _AGREE:
        raise ValueError(
            f"Expected the rows of {name} in the order of {vote_table.NAME}. "
            f"Received: labels that agree in {agree:.0%} of the rows, hardly "
            f"more than by chance. Take {name} as Kaggle gives it."
        )
