"""The files of a corpus as a user has it on disk."""

import fnmatch
import functools
import hashlib
import os
import pathlib
import re
from collections.abc import Iterable

from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES
from emoaff.faces import find_media_kind
from emoaff.faces.git_lfs import is_pointer

TABLE_SUFFIXES = frozenset((".csv", ".tsv"))
_LABEL_SUFFIXES = TABLE_SUFFIXES | {".arff", ".json", ".txt"}
_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_OF_GIT = "only pointers of Git LFS; `git lfs pull` fetches the files"
_TOP = pathlib.PurePosixPath(".")


class SourceTree:
    """The files at and below a folder, listed once.

    What operating systems put there is no part of it: hidden files, `._*`
    companions, thumbnails, `__MACOSX`. Links to folders are followed, unless
    they lead back to where they are.

    A million files take about 85 MB, and 180 MB more once `files` is asked
    for; `inside` and `below` give the paths of some.

    Args:
        root: The user's folder.

    Attributes:
        root: The folder.
        junk: Files that operating systems put there.
        closed: Folders that may not be looked into.
        folders: All folders with something in them, the root as `.` among
            them, sorted by depth and name.
    """

    def __init__(self, root: pathlib.Path):
        self.root = pathlib.Path(root)
        self.junk: list[pathlib.PurePosixPath] = []
        self.closed: list[pathlib.PurePosixPath] = []
        # Of each file, as `files` has them.
        self._folders: list[pathlib.PurePosixPath] = []
        self._names: list[str] = []
        # Of each folder: where the files below it begin and end among these,
        # and the names of those directly in it.
        self._spans = {_TOP: (0, 0)}
        self._inside: dict[pathlib.PurePosixPath, list[str]] = {}
        self._walk(_TOP, frozenset(), False)
        self.folders = sorted(self._spans, key=lambda f: (len(f.parts), f))

    @functools.cached_property
    def files(self) -> list[pathlib.PurePosixPath]:
        """Paths relative to the root, sorted."""
        return self._list_paths(0, len(self._names))

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
        matches = _make_matcher(pattern)
        return [
            folder
            for folder in self.folders
            if 0 < len(folder.parts) <= depth and matches(folder.name)
        ]

    def find_files(
        self, pattern: str, depth: int = 4
    ) -> list[pathlib.PurePosixPath]:
        """Finds files by name like `find_folders`, the topmost first."""
        matches = _make_matcher(pattern)
        found = [
            folder / name
            for folder, name in zip(self._folders, self._names, strict=True)
            if len(folder.parts) < depth and matches(name)
        ]
        return sorted(found, key=lambda file: (len(file.parts), file))

    def below(self, folder: pathlib.PurePosixPath) -> list:
        """Returns the files anywhere below a folder, sorted."""
        return self._list_paths(*self._spans.get(folder, (0, 0)))

    def inside(self, folder: pathlib.PurePosixPath) -> list:
        """Returns the files directly in a folder, sorted."""
        return [folder / name for name in self._inside.get(folder, ())]

    def _list_paths(self, start, end):
        return [
            self._folders[place] / self._names[place]
            for place in range(start, end)
        ]

    def usable(self, files: Iterable, report) -> list[pathlib.PurePosixPath]:
        """Returns the files that are worth opening; reports the others.

        Args:
            files: Some of `files`.
            report: A `BuildReport`; told of empty files, of Git LFS pointers
                and of what is not there or has no name in UTF-8.
        """
        kept = []
        for file in files:
            why = explain_unusable(os.path.join(self.root, file))
            if why:
                report.leave_out(why, str(file))
            else:
                kept.append(file)
        return kept

    def media(self, report) -> list[pathlib.PurePosixPath]:
        """Returns the usable videos and pictures; reports all other files.

        Content decides, as in prediction; see `emoaff.faces.find_media_kind`.
        """
        for file in self.junk:
            report.leave_out("put there by the operating system", str(file))
        named = []
        for file in self.files:
            is_named = file.suffix.lower() in VIDEO_SUFFIXES | PICTURE_SUFFIXES
            if is_named or find_media_kind(os.path.join(self.root, file)):
                named.append(file)
            else:
                report.leave_out("neither a video nor a picture", str(file))
        return self.usable(named, report)

    def fingerprint(self) -> str:
        """Returns a hash of names, sizes and the text of labels."""
        digest = hashlib.sha256()
        for folder, name in zip(self._folders, self._names, strict=True):
            file = name if folder == _TOP else f"{folder}/{name}"
            path = os.path.join(self.root, file)
            try:
                size = os.stat(path).st_size
            except OSError:
                size = -1
            digest.update(f"{file}\0{size}\0".encode("utf-8", "replace"))
            suffix = os.path.splitext(name)[1].lower()
            if size > 0 and suffix in _LABEL_SUFFIXES:
                digest.update(pathlib.Path(path).read_bytes())
        return digest.hexdigest()

    def refuse(self, wanted: str, corpus: str) -> FileNotFoundError:
        """Returns the error for a folder that does not hold a corpus.

        Args:
            wanted: What was looked for, such as `"a folder VA_*"`.
            corpus: Its name.
        """
        folders = [each.name for each in self.folders if len(each.parts) == 1]
        top = sorted(folders + self._inside.get(_TOP, []))
        found = ", ".join(top[:4]) + (", ..." if len(top) > 4 else "")
        return FileNotFoundError(
            f"Expected {wanted} in or up to three levels below {self.root}. "
            f"Found {found or 'nothing'}. {self._describe_class_folders()}"
            f"`emoaff corpora {corpus}` prints what it must hold and where to "
            "get it."
        )

    def _describe_class_folders(self):
        """What to do with videos or pictures in a folder for each class."""
        shown = VIDEO_SUFFIXES | PICTURE_SUFFIXES
        groups: dict[pathlib.PurePosixPath, int] = {}
        for folder, names in self._inside.items():
            seen = any(os.path.splitext(n)[1].lower() in shown for n in names)
            if seen and 1 <= len(folder.parts) <= 3:
                groups[folder.parent] = groups.get(folder.parent, 0) + 1
        if max(groups.values(), default=0) < 2:
            return ""
        return (
            "If these are videos or pictures in a folder for each class, "
            "prepare them as video_folder, or as video_folder/whole where the "
            "pictures are face crops already. "
        )

    def _walk(self, folder, above, is_junk):
        """Lists a folder and those below, in the order of the paths' parts."""
        path = os.path.join(self.root, folder)
        here = os.path.realpath(path)
        if here in above:
            return
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            if folder == _TOP:
                raise
            self.closed.append(folder)
            return
        start, names = len(self._names), []
        for entry in entries:
            junk = is_junk or _is_junk(entry.name)
            if entry.is_dir():
                self._walk(folder / entry.name, above | {here}, junk)
            elif junk:
                self.junk.append(folder / entry.name)
            else:
                names.append(entry.name)
                self._names.append(entry.name)
                self._folders.append(folder)
        if len(self._names) > start:
            self._spans[folder] = start, len(self._names)
            self._inside[folder] = names


def is_junk(file: pathlib.PurePosixPath) -> bool:
    """Whether an operating system put the file there: hidden, a thumbnail."""
    return any(_is_junk(part) for part in file.parts)


def _is_junk(name):
    return name.startswith(".") or name.lower() in _JUNK


def explain_unusable(path: str | os.PathLike) -> str | None:
    """Returns why a file is not worth decoding, None where it may be.

    Opens small files only.
    """
    try:
        os.fspath(path).encode()
        size = os.stat(path).st_size
        if is_pointer(path):
            return _OF_GIT
    except UnicodeEncodeError:
        return "name that is no UTF-8"
    except OSError:
        return "cannot be opened"
    return None if size else "empty"


def _make_matcher(pattern):
    clean = pattern.lower().replace("_", " ")
    expression = re.compile(fnmatch.translate(clean))
    return lambda name: expression.match(name.lower().replace("_", " "))
