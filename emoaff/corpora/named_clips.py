"""Clips whose names, or those of their folders, say all there is to know.

A builder tells by a function what a path means, and goes three steps: `named`
finds the clips, the builder keeps those that its settings ask for,
`select_one_each` takes one usable file of each recording.
"""

import dataclasses
import typing
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import PurePosixPath

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import VIDEO_SUFFIXES

ARCHIVE_SUFFIXES = frozenset(".7z .bz2 .gz .rar .tar .tgz .xz .zip".split())


class Meaning(typing.Protocol):
    """The facts that a builder reads from a path.

    Attributes:
        name: Id of the recording; two files of one name are the same one.
    """

    name: str


@dataclasses.dataclass(frozen=True)
class NamedClip:
    """A video file and what its path means.

    Args:
        file: Path relative to the user's folder.
        means: What the builder's function made of it.
    """

    file: PurePosixPath
    means: typing.Any

    @property
    def name(self) -> str:
        """Id of the recording."""
        return self.means.name


def named(
    tree: SourceTree,
    meaning: Callable[[PurePosixPath], Meaning | str],
    report: BuildReport,
    wanted: str,
    corpus: str,
    used: Collection[PurePosixPath] = (),
) -> list[NamedClip]:
    """Finds the videos of a corpus at any depth; no file is opened.

    Args:
        tree: The user's folder.
        meaning: Gives what the path of a video means, or why it means
            nothing.
        report: Told of all other files.
        wanted: What a name looks like, for the error message.
        corpus: Its name.
        used: Files that the builder reads otherwise, such as tables.

    Returns:
        The clips, sorted by path.

    Raises:
        FileNotFoundError: If there is not one.
    """
    clips, others = [], []
    for file in tree.files:
        if file in used:
            continue
        found = _explain_no_video(file) or meaning(file)
        if isinstance(found, str):
            others.append((found, str(file)))
        else:
            clips.append(NamedClip(file, found))
    if not clips:
        raise tree.refuse(wanted, corpus)
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    for why, file in others:
        report.leave_out(why, file)
    return clips


def select_one_each(
    tree: SourceTree,
    clips: Iterable[NamedClip],
    report: BuildReport,
    suffix: str,
) -> list[NamedClip]:
    """Selects one usable file of each recording.

    Where there are several, those in the corpus's own format come first, then
    the largest (the others may be copied in part), then the topmost.

    Args:
        tree: The user's folder.
        clips: Some of what `named` has found.
        report: Told of files that are not used.
        suffix: That of the corpus's own videos, such as `".mp4"`.

    Returns:
        The clips, sorted by the names of the recordings.
    """
    clips = list(clips)
    usable = set(tree.usable([clip.file for clip in clips], report))
    groups: dict[str, list[NamedClip]] = {}
    for clip in clips:
        if clip.file in usable:
            groups.setdefault(clip.name, []).append(clip)
    return [
        _best(tree, groups[name], report, suffix) for name in sorted(groups)
    ]


def require_known(
    config: CropConfig, choices: Mapping[str, Collection[str]]
) -> None:
    """Raises ValueError if a setting has none of the values it may have."""
    for name, known in choices.items():
        value = getattr(config, name)
        if value not in known:
            raise ValueError(
                f"Expected {name} to be one of {', '.join(known)}. Received: "
                f"{name}={value!r}."
            )


def _explain_no_video(file):
    suffix = file.suffix.lower()
    if suffix in ARCHIVE_SUFFIXES:
        return "archives; unpack those that hold videos"
    return None if suffix in VIDEO_SUFFIXES else "no video by their names"


def _best(tree, clips, report, suffix):
    if len(clips) == 1:
        return clips[0]
    size = {c.file: (tree.root / c.file).stat().st_size for c in clips}

    def rank(clip):
        other = clip.file.suffix.lower() != suffix
        depth = len(clip.file.parts)
        return other, -size[clip.file], depth, clip.file

    best, *others = sorted(clips, key=rank)
    for clip in others:
        same = clip.file.suffix.lower() == best.file.suffix.lower()
        alike = same and size[clip.file] == size[best.file]
        report.leave_out(
            "copies of a recording that is used"
            if alike
            else "of a recording that is used from a file in the corpus's own "
            "format, or a larger one",
            str(clip.file),
        )
    return best
