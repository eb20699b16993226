"""Files of CK+, put together by the names that all of them bear."""

import dataclasses
import math
import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES

# Person, sequence, picture: S005_001_00000011.png.
_NAME = re.compile(r"(S\d+)_(\d+)_(\d+)(_EMOTION)?")
_CLASSES = 8


@dataclasses.dataclass
class Sequence:
    """The pictures of one sequence, and what they show.

    Args:
        name: Such as `"S005_001"`.
        folder: Where the pictures lie, below the user's folder.
        pictures: Number in the file's name to the file's name.
        emotion: 0 to 7; -1 where the sequence has none.
        apex: Number of the picture that the emotion was given for; -1 where
            there is no emotion.
    """

    name: str
    folder: pathlib.PurePosixPath
    pictures: dict[int, str]
    emotion: int = -1
    apex: int = -1

    @property
    def subject(self) -> str:
        """The person's id, such as `"S005"`."""
        return self.name.partition("_")[0]


def read(tree: SourceTree, report: BuildReport) -> list[Sequence]:
    """Puts the files of each sequence together.

    Args:
        tree: The user's folder.
        report: Is told of all other files, and of copies.

    Returns:
        The sequences, sorted by name.

    Raises:
        ValueError: If a file of an emotion holds no number from 0 to 7, or a
            sequence has two.
    """
    pictures, emotions = [], []
    for file in tree.junk:
        report.leave_out("put there by the operating system", str(file))
    for file in tree.files:
        match = _NAME.fullmatch(file.stem.strip().upper())
        suffix = file.suffix.lower()
        if match and not match[4] and suffix in PICTURE_SUFFIXES:
            pictures.append((file, match))
        elif match and match[4] and suffix == ".txt":
            emotions.append((file, match))
        else:
            report.leave_out(
                "no picture or emotion of a sequence by their names", str(file)
            )
    found = _group_sequences(tree, pictures, report)
    _add_emotions(tree, emotions, found, report)
    return [found[name] for name in sorted(found)]


def _group_sequences(tree, pictures, report):
    usable = set(tree.usable([file for file, _ in pictures], report))
    found: dict[str, Sequence] = {}
    for file, match in sorted(pictures, key=_rank):
        if file not in usable:
            continue
        name, number = f"{match[1]}_{match[2]}", int(match[3])
        sequence = found.setdefault(name, Sequence(name, file.parent, {}))
        if file.parent != sequence.folder or number in sequence.pictures:
            report.leave_out("a picture that is there before", str(file))
        else:
            sequence.pictures[number] = file.name
    return found


def _rank(pair):
    """Puts the topmost first, and originals before converted copies."""
    file = pair[0]
    return len(file.parts), file.parent, file.suffix.lower() != ".png", file


def _add_emotions(tree, emotions, found, report):
    usable = set(tree.usable([file for file, _ in emotions], report))
    for file, match in sorted(emotions, key=_rank):
        if file not in usable:
            continue
        sequence = found.get(f"{match[1]}_{match[2]}")
        if sequence is None:
            report.leave_out("an emotion without pictures", str(file))
            continue
        value, apex = _emotion(tree.root / file), int(match[3])
        if sequence.emotion < 0:
            sequence.emotion, sequence.apex = value, apex
            if apex not in sequence.pictures:
                report.leave_out(
                    "an emotion whose picture is not there", str(file)
                )
        elif (value, apex) == (sequence.emotion, sequence.apex):
            report.leave_out("an emotion that is there before", str(file))
        else:
            raise ValueError(
                f"Expected one emotion of {sequence.name}. Received: "
                f"{sequence.emotion} for picture {sequence.apex}, and {value} "
                f"for picture {apex} in {tree.root / file}. Remove one."
            )


def _emotion(path):
    text = path.read_text("utf-8-sig", "replace").strip()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value.is_integer() or not 0 <= value < _CLASSES:
        raise ValueError(
            f"Expected a number from 0 to 7 in {path}. Received: "
            f"{text[:40]!r}. Take the file anew, or away."
        )
    return int(value)
