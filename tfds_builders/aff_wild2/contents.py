"""The contents of a copy: series of pictures, and other files."""

import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES

_NUMBERED = re.compile(r"(\d+)(\.\w+)", re.ASCII)
_STRAY = "untitled folder"  # two recordings of the published zips hold one


class Contents:
    """Sorts the files of a copy in one pass; there may be 2.6 million.

    Args:
        tree: The user's folder.
        report: Is told of what operating systems left, of stray folders, and
            of pictures whose number cannot be.

    Attributes:
        series: For each folder with numbered pictures, 0-based frame number
            and file name of each, by rising number.
        others: All other files.
    """

    def __init__(self, tree: SourceTree, report: BuildReport):
        self.series: dict[pathlib.PurePosixPath, tuple] = {}
        self.others: list[pathlib.PurePosixPath] = []
        # The same few thousand names in each of 600 folders.
        self._pairs: dict[str, tuple[int, str] | None] = {}
        for file in tree.junk:
            report.leave_out("put there by the operating system", str(file))
        for folder in tree.folders:
            if any(plain(part).startswith(_STRAY) for part in folder.parts):
                for file in tree.inside(folder):
                    report.leave_out(f"in a folder {_STRAY!r}", str(file))
            else:
                self._sort(folder, tree.inside(folder), report)

    def _sort(self, folder, files, report):
        found: dict[int, tuple] = {}
        for file in files:
            pair = self._pair(file.name)
            if pair is None:
                self.others.append(file)
            elif pair[0] < 0:
                report.leave_out("numbered 0, the first is 1", str(file))
            elif found.setdefault(pair[0], pair) is not pair:
                report.leave_out("a second picture of its number", str(file))
        if found:
            self.series[folder] = tuple(sorted(found.values()))

    def _pair(self, name):
        """Frame number and name of a numbered picture, None for others."""
        if name not in self._pairs:
            match = _NUMBERED.fullmatch(name)
            known = match and match[2].lower() in PICTURE_SUFFIXES
            self._pairs[name] = (int(match[1]) - 1, name) if known else None
        return self._pairs[name]


def plain(name: str) -> str:
    """Returns a name as names are compared: lower case, blanks for `_`."""
    return name.strip().lower().replace("_", " ")
