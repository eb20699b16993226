"""FER+'s pictures as PNG files, unpacked or in a zip archive."""

import pathlib
import zipfile
import zlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.grey_faces import decode
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.source_tree import is_junk
from tfds_builders.ferplus.vote_table import NAME

FOLDERS = {
    "train": "FER2013Train",
    "validation": "FER2013Valid",
    "test": "FER2013Test",
}
_SPLITS = {folder.lower(): split for split, folder in FOLDERS.items()}


class PictureFiles:
    """Pictures by split and file name, and tables of votes.

    Args:
        files: Paths within `tree` or `archive`; of several copies of a
            picture the topmost counts.
        tree: The user's folder.
        archive: Instead of `tree`, an archive in it.

    Attributes:
        pictures: Split and name, such as `("train", "fer0000000.png")`, to
            the file.
        tables: Tables of votes by their name, the topmost first.
    """

    def __init__(
        self,
        files: list[pathlib.PurePosixPath],
        tree: SourceTree | None = None,
        archive: zipfile.ZipFile | None = None,
    ):
        self._tree, self._archive = tree, archive
        self.pictures, self.tables = {}, []
        for file in sorted(files, key=lambda file: (len(file.parts), file)):
            split = _SPLITS.get(file.parent.name.lower())
            if split and file.suffix.lower() == ".png":
                self.pictures.setdefault((split, file.name), file)
            elif file.name.lower() == NAME:
                self.tables.append(file)

    def read(self, file: pathlib.PurePosixPath) -> bytes:
        """Returns what a file holds; nothing where it is damaged."""
        try:
            if self._archive is None:
                return (self._tree.root / file).read_bytes()
            return self._archive.read(str(file))
        except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error):
            return b""

    def pixels(self, file: pathlib.PurePosixPath) -> np.ndarray | None:
        """Returns uint8 `(48, 48)`; None where there is no such picture."""
        return decode(self.read(file))


def archives(
    tree: SourceTree, report: BuildReport
) -> dict[pathlib.PurePosixPath, PictureFiles]:
    """Returns what the zip archives hold that have pictures or votes of FER+.

    Args:
        tree: The user's folder.
        report: Is told of archives that are damaged or hold something else.
    """
    found = {}
    for file in tree.usable(tree.find_files("*.zip"), report):
        path = tree.root / file
        if not zipfile.is_zipfile(path):
            report.leave_out("no whole zip archive", str(file))
            continue
        archive = zipfile.ZipFile(path)
        names = map(pathlib.PurePosixPath, archive.namelist())
        held = PictureFiles(
            [name for name in names if not is_junk(name)], archive=archive
        )
        if held.pictures or held.tables:
            found[file] = held
        else:
            report.leave_out("an archive of something else", str(file))
    return found
