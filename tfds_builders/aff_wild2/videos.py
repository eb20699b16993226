"""The corpus's videos, wherever they lie."""

import math
import pathlib
import re
from collections.abc import Iterable

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import VIDEO_SUFFIXES
from emoaff.faces import Video
from tfds_builders.aff_wild2.contents import Contents

_FIRST = (".mp4", ".avi")  # of two files of one video
_SIDE = re.compile(r"_(left|right)$", re.IGNORECASE)
_RATE = re.compile(r"\d+-(\d+)-\d+x\d+", re.ASCII)
_OTHER = {"left": "right", "right": "left"}
# Their videos show two people, of whom the other has the plain name.
_ALONE = ("10-60-1280x720_right", "video2_left", "video59_right")


class Videos:
    """Finds a recording's video by its name.

    Args:
        tree: The user's folder.
        contents: The same.
        report: Is told of files that cannot be used, and of a second file of
            one video.
    """

    def __init__(
        self, tree: SourceTree, contents: Contents, report: BuildReport
    ):
        self._root = tree.root
        self._rates: dict[str, float] = {}
        self._files: dict[str, pathlib.PurePosixPath] = {}
        named = [f for f in contents.others if is_video(f)]
        usable = tree.usable(named, report)
        for file in sorted(usable, key=_turn):
            name = file.stem.strip().lower()
            if self._files.setdefault(name, file) is not file:
                report.leave_out("a second file of its video", str(file))

    def footage(
        self, name: str, seen: set[str], faces: str = "find"
    ) -> Footage | None:
        """Returns the video of one recording, None if it is not there.

        Args:
            name: The recording.
            seen: Names of all recordings in lower case, which tell whether a
                name without a side stands for one of two people.
            faces: See `emoaff.corpora.footage.Footage`.
        """
        file = self._files.get(video_name(name).lower())
        if file is None:
            return None
        return Footage(
            self._root / file, faces=faces, person=_person(name, seen)
        )

    def __len__(self) -> int:
        """Videos."""
        return len(self._files)

    def leave_out_others(self, used: set[str], report: BuildReport) -> None:
        """Reports the videos of which no recording is built.

        Args:
            used: Names of the recordings that are.
            report: Is told.
        """
        videos = {video_name(name).lower() for name in used}
        for name, file in self._files.items():
            if name not in videos:
                why = "videos without annotations of this task"
                report.leave_out(why, str(file))

    def rate(self, name: str) -> float:
        """Returns the frames a second that a video declares; NaN if unknown."""
        video = video_name(name).lower()
        if video not in self._rates:
            self._rates[video] = self._read_declared(video)
        return self._rates[video]

    def _read_declared(self, video):
        if video not in self._files:
            return math.nan
        try:
            with Video(self._root / self._files[video]) as opened:
                return opened.average_fps
        except (OSError, ValueError):
            return math.nan


def is_video(file: pathlib.PurePosixPath) -> bool:
    """Whether a file is a video by its name."""
    return file.suffix.lower() in VIDEO_SUFFIXES


def video_name(name: str) -> str:
    """Returns the name of a recording's video: without `_left`, `_right`."""
    return _SIDE.sub("", name)


def parse_rate(name: str) -> float:
    """Returns the rounded frame rate that names such as 9-30-1280x720 hold."""
    match = _RATE.match(name)
    return float(match[1]) if match and int(match[1]) else math.nan


def _person(name: str, seen: Iterable[str]) -> str:
    side = _SIDE.search(name)
    if side:
        return side[1].lower()
    others = [
        one for one in _OTHER if {f"{name.lower()}_{one}"} & {*seen, *_ALONE}
    ]
    return _OTHER[others[0]] if len(others) == 1 else "main"


def _turn(file):
    suffix = file.suffix.lower()
    order = _FIRST.index(suffix) if suffix in _FIRST else len(_FIRST)
    return order, len(file.parts), file
