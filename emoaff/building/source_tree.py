"""The files of a corpus as a user has it on disk."""

import fnmatch
import hashlib
import pathlib
import re
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES

TABLE_SUFFIXES = frozenset((".csv", ".tsv"))
_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_POINTER = b"version https://git-lfs"


class SourceTree:
    """The files at and below a folder, listed once.

    What operating systems put there is no part of it: hidden files, `._*`
    companions, thumbnails, `__MACOSX`. Links to folders are followed, unless
    they lead back to where they are.

    Args:
        root: The user's folder.

    Attributes:
        root: The folder.
        files: Paths relative to it, sorted, as `pathlib.PurePosixPath`.
        junk: Files that operating systems put there.
        folders: All folders with something in them, the root as `.` among
            them, sorted by depth and name.
    """

    def __init__(self, root: pathlib.Path):
        self.root = pathlib.Path(root)
        found = sorted(
            pathlib.PurePosixPath(path.relative_to(self.root).as_posix())
            for path in _walk(self.root, frozenset())
        )
        self.files = [file for file in found if not is_junk(file)]
        self.junk = [file for file in found if is_junk(file)]
        folders = {pathlib.PurePosixPath(".")}
        for parent in {file.parent for file in self.files}:
            folders.add(parent)
            folders.update(parent.parents)
        self.folders = sorted(folders, key=lambda f: (len(f.parts), f))
        self._below: dict = {}

    def find_folders(
        self, pattern: str, depth: int = 3
    ) -> list[pathlib.PurePosixPath]:
        """Finds folders by name, the topmost first.

        Args:
            pattern: Shell-style, such as `"VA_*"`; case does not matter, nor
                whether words are separated by blanks or `_`.
            depth: Levels below the root that the folder may lie at most, one
                being directly in it.
        """
        matches = _matcher(pattern)
        return [
            folder
            for folder in self.folders
            if 0 < len(folder.parts) <= depth and matches(folder.name)
        ]

    def find_files(
        self, pattern: str, depth: int = 4
    ) -> list[pathlib.PurePosixPath]:
        """Finds files by name like `find_folders`, the topmost first."""
        matches = _matcher(pattern)
        found = [
            file
            for file in self.files
            if len(file.parts) <= depth and matches(file.name)
        ]
        return sorted(found, key=lambda file: (len(file.parts), file))

    def below(self, folder: pathlib.PurePosixPath) -> list:
        """Returns the files anywhere below a folder, sorted."""
        parts = folder.parts
        return [f for f in self.files if f.parts[: len(parts)] == parts]

    def inside(self, folder: pathlib.PurePosixPath) -> list:
        """Returns the files directly in a folder, sorted."""
        if not self._below:
            for file in self.files:
                self._below.setdefault(file.parent, []).append(file)
        return self._below.get(folder, [])

    def usable(self, files: Iterable, report) -> list[pathlib.PurePosixPath]:
        """Returns the files that are worth opening; reports the others.

        Args:
            files: Some of `files`.
            report: A `BuildReport`; told of empty files, of Git LFS pointers
                and of what cannot be opened.
        """
        kept = []
        for file in files:
            why = why_not_usable(self.root / file)
            if why:
                report.leave_out(why, str(file))
            else:
                kept.append(file)
        return kept

    def media(self, report) -> list[pathlib.PurePosixPath]:
        """Returns the usable videos and pictures; reports all other files."""
        for file in self.junk:
            report.leave_out("put there by the operating system", str(file))
        named = []
        for file in self.files:
            if file.suffix.lower() in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
                named.append(file)
            else:
                report.leave_out(
                    "no video or picture by their names", str(file)
                )
        return self.usable(named, report)

    def fingerprint(self) -> str:
        """Returns a hash of names, sizes and the text of tables."""
        digest = hashlib.sha256()
        for file in self.files:
            path = self.root / file
            size = path.stat().st_size if path.exists() else -1
            digest.update(f"{file}\0{size}\0".encode())
            if size > 0 and file.suffix.lower() in TABLE_SUFFIXES:
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def refuse(self, wanted: str, corpus: str) -> FileNotFoundError:
        """Returns the error for a folder that does not hold a corpus.

        Args:
            wanted: What was looked for, such as `"a folder VA_*"`.
            corpus: Its name.
        """
        top = sorted({file.parts[0] for file in self.files})
        found = ", ".join(top[:4]) + (", ..." if len(top) > 4 else "")
        return FileNotFoundError(
            f"Expected {wanted} in or up to three levels below {self.root}. "
            f"Found {found or 'nothing'}. `emoaff corpora {corpus}` prints "
            "what it must hold and where to get it."
        )


def is_junk(file: pathlib.PurePosixPath) -> bool:
    """Whether an operating system put the file there: hidden, a thumbnail."""
    return any(p.startswith(".") or p.lower() in _JUNK for p in file.parts)


def why_not_usable(path: pathlib.Path) -> str | None:
    """Returns why a file is not worth decoding, None where it may be."""
    try:
        with path.open("rb") as opened:
            start = opened.read(len(_POINTER))
    except OSError:
        return "cannot be opened"
    if not start:
        return "empty"
    if start == _POINTER:
        return "only pointers of Git LFS; `git lfs pull` fetches the files"
    return None


def _matcher(pattern):
    clean = pattern.lower().replace("_", " ")
    expression = re.compile(fnmatch.translate(clean))
    return lambda name: expression.match(name.lower().replace("_", " "))


def _walk(folder: pathlib.Path, above: frozenset) -> Iterator[pathlib.Path]:
    here = folder.resolve()
    if here in above:
        return
    for path in folder.iterdir():
        if path.is_dir():
            yield from _walk(path, above | {here})
        else:
            yield path
