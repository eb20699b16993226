"""The crops of faces that come with the corpus."""

import pathlib
from collections.abc import Callable

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.source_tree import explain_unusable
from tfds_builders.aff_wild2.contents import Contents
from tfds_builders.aff_wild2.contents import plain


class Crops:
    """Finds a recording's series of pictures by the name of its folder.

    The folders may lie anywhere below one whose name begins with
    `cropped_aligned` (or `cropped`), since the crops come in several
    archives that people merge, or unpack into each other.

    Args:
        tree: The user's folder.
        contents: The same.
        kind: `"cropped_aligned"` or `"cropped"`.
        rate: Gives the frames a second of a recording, NaN where unknown.
        report: Is told of folders of the other kind, and of a second folder
            of one recording: the one with fewer pictures.
    """

    def __init__(
        self,
        tree: SourceTree,
        contents: Contents,
        kind: str,
        rate: Callable[[str], float],
        report: BuildReport,
    ):
        self._tree, self._contents, self._report = tree, contents, report
        self._rate = rate
        self._folders: dict[str, pathlib.PurePosixPath] = {}
        series = contents.series
        # Of two with as many pictures, the topmost, which comes first.
        for folder in sorted(series, key=lambda one: -len(series[one])):
            name = folder.name.strip().lower()
            if _kind(folder) != kind:
                report.leave_out(f"folders not of {kind}", str(folder))
            elif self._folders.setdefault(name, folder) is not folder:
                why = "a second folder of its recording"
                report.leave_out(why, str(folder))

    def __len__(self) -> int:
        """Folders."""
        return len(self._folders)

    def footage(
        self, name: str, only: np.ndarray | None = None
    ) -> Footage | None:
        """Returns the crops of one recording, None if there are none.

        Args:
            name: The recording.
            only: Frame numbers of the crops to take; None takes all.
        """
        folder = self._folders.get(name.strip().lower())
        if folder is None:
            return None
        pairs = self._contents.series[folder]
        if only is not None:
            wanted = set(only.tolist())
            pairs = tuple(pair for pair in pairs if pair[0] in wanted)
        pairs = self._usable(folder, pairs)
        if not pairs:
            return None
        return Footage(
            self._tree.root / folder,
            pairs,
            rate_hz=self._rate(name),
            faces="whole",
        )

    def frames(self, name: str) -> np.ndarray:
        """Returns the int64 numbers of all frames that have a crop."""
        pairs = self._contents.series[self._folders[name.strip().lower()]]
        return np.array([number for number, _ in pairs], np.int64)

    def leave_out_others(self, used: set[str]) -> None:
        """Reports the folders of recordings that have no annotation.

        Args:
            used: Names of the others, in lower case.
        """
        for name, folder in self._folders.items():
            if name not in used:
                why = "folders of crops without annotations of this task"
                self._report.leave_out(why, str(folder))

    def _usable(self, folder, pairs):
        """The pictures worth opening: all, if the first is."""
        if not pairs:
            return ()
        if explain_unusable(self._tree.root / folder / pairs[0][1]) is None:
            return pairs
        named = [folder / name for _, name in pairs]
        kept = set(self._tree.usable(named, self._report))
        return tuple(pair for pair in pairs if folder / pair[1] in kept)


def _kind(folder):
    """Which crops a folder holds, by the folders that it lies in."""
    above = [plain(part) for part in folder.parts[:-1]]
    if any(part.startswith("cropped aligned") for part in above):
        return "cropped_aligned"
    if any(part.startswith("cropped") for part in above):
        return "cropped"
    return ""
