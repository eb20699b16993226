"""Which files of Aff-Wild there are, by what they are for."""

import pathlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import VIDEO_SUFFIXES

SPLITS = ("train", "test")
DIMENSIONS = ("valence", "arousal")
_BOXES = ("bboxes", "bboxs")


class CorpusFiles:
    """The files of Aff-Wild in a folder, by split and video id.

    Args:
        tree: The user's folder.
        report: Is told of files that have no use.

    Attributes:
        root: The folder.
        videos: Usable video files.
        labels: For each dimension the usable label file, where there is one.
        boxes: For each frame number its file of points.
    """

    def __init__(self, tree: SourceTree, report: BuildReport):
        self.videos: dict[tuple, pathlib.PurePosixPath] = {}
        self.labels: dict[tuple, dict] = {}
        self.boxes: dict[tuple, dict] = {}
        self.root, self._report = tree.root, report
        for file in tree.junk:
            report.leave_out("put there by the operating system", str(file))
        for file in tree.files:
            why = self._take(file)
            if why:
                report.leave_out(why, str(file))
        self._keep_usable(tree)

    def _take(self, file):
        """Keeps a file; returns why it has no use, if it has none."""
        above = [part.lower() for part in file.parts[:-1]]
        split = next((part for part in above[::-1] if part in SPLITS), None)
        if split is None:
            return "in no folder train or test"
        suffix = file.suffix.lower()
        if "videos" in above and suffix in VIDEO_SUFFIXES:
            kept = self.videos.setdefault((split, file.stem), file)
            return "" if kept is file else "second file of a video"
        if suffix == ".txt" and "annotations" in above:
            if above[-1] in DIMENSIONS:
                files = self.labels.setdefault((split, file.stem), {})
                kept = files.setdefault(above[-1], file)
                return "" if kept is file else "second file of labels"
        if suffix == ".pts" and "landmarks" in above:
            return "landmarks, which are not stored"
        if suffix == ".pts" and not set(_BOXES).isdisjoint(above):
            if not file.stem.isdecimal():
                return "box without a frame number"
            frames = self.boxes.setdefault((split, file.parent.name), {})
            kept = frames.setdefault(int(file.stem), file)
            return "" if kept is file else "second box of a frame"
        return "no part of Aff-Wild by its name"

    def _keep_usable(self, tree):
        videos = set(tree.usable(self.videos.values(), self._report))
        self.videos = {k: f for k, f in self.videos.items() if f in videos}
        named = [f for files in self.labels.values() for f in files.values()]
        usable = set(tree.usable(named, self._report))
        for files in self.labels.values():
            for dimension in [d for d, f in files.items() if f not in usable]:
                del files[dimension]
        self.labels = {
            key: files for key, files in self.labels.items() if files
        }
