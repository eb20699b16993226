"""What `predict` is given: files and folders, and where their results go."""

import collections
import dataclasses
import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

from emoaff.faces.media import find_media
from emoaff.faces.signatures import PICTURE_SUFFIXES
from emoaff.prediction import tables
from emoaff.prediction.drawing import is_drawn
from emoaff.prediction.result_folder import shorten_stem
from emoaff.progress import escape_unprintable


@dataclasses.dataclass(frozen=True)
class Failure:
    """An input that gave no result, or the result of a part only.

    Args:
        path: The input.
        reason: One sentence.
    """

    path: pathlib.Path
    reason: str


@dataclasses.dataclass(frozen=True)
class Input:
    """A video or picture, and where its result goes.

    Args:
        path: The file.
        folder: Of the result, inside the folder of all results, with `/`;
            empty for that folder itself.
        stem: Name of the result, without an ending.
    """

    path: pathlib.Path
    folder: str
    stem: str


def find_inputs(
    paths: Sequence[str | os.PathLike], report: Callable[[str], None]
) -> tuple[list[Input], list[Failure]]:
    """Finds all videos and pictures, and names their results.

    The result of a file that lies in a folder inside a given folder goes to a
    folder of the same name. What `annotate` drew is left out.

    Args:
        paths: Videos, pictures and folders of them.
        report: Called with each line about what is left out.

    Returns:
        Each file once, in the order given, and what cannot be used.
    """
    found, failures = {}, []
    for path in paths:
        try:
            media = find_media(path)
        except (OSError, ValueError) as error:
            failures.append(Failure(pathlib.Path(path), reason(error)))
            continue
        for file in media.files:
            inside = file.parent.relative_to(path) if file != media.path else ""
            folder = pathlib.PurePath(inside).as_posix()
            found.setdefault(file, "" if folder == "." else folder)
        failures += [Failure(media.path, s) for s in media.describe_faults()]
        if media.left_out:
            report(media.describe_omissions())
        if not media.files:
            failures.append(Failure(media.path, media.describe_nothing()))
    files = _drop_drawn(list(found), failures, report)
    # Folders that differ only in upper and lower case may be one on disk.
    together: dict[str, list[pathlib.Path]] = {}
    for file in files:
        together.setdefault(found[file].lower(), []).append(file)
    stems = {
        file: stem
        for some in together.values()
        for file, stem in zip(some, name_results(some), strict=True)
    }
    return [Input(file, found[file], stems[file]) for file in files], failures


def describe_loose_frames(inputs: Sequence[Input], window: int) -> list[str]:
    """Says which folders of pictures a model with a memory sees one by one.

    Args:
        inputs: What `find_inputs` found.
        window: Frames that the model was trained on.

    Returns:
        A line for each folder with two pictures or more.
    """
    counts = collections.Counter(
        each.path.parent
        for each in inputs
        if each.path.suffix.lower() in PICTURE_SUFFIXES
    )
    return [
        f"note: the {count} pictures of {escape_unprintable(str(folder))} are "
        f"taken one by one, by a model of {window} frames in a row; where they "
        "are the frames of one video, --sequence HZ takes them as that"
        for folder, count in counts.items()
        if count > 1
    ]


def name_results(files: Sequence[pathlib.Path]) -> list[str]:
    """Names the results of the files of one folder, no two the same.

    The stem; where several files share it, the stem and the suffix
    (`clip_mp4`); where that is shared too, a number behind it (`clip_mp4_2`).
    Upper and lower case count as the same, and very long names are cut.
    """
    stems = [shorten_stem(file.stem) for file in files]
    lower = [stem.lower() for stem in stems]
    counts = collections.Counter(lower)
    names, used = [], set()
    for file, stem in zip(files, stems, strict=True):
        name = stem
        if counts[stem.lower()] > 1 and file.suffix:
            name = f"{stem}_{file.suffix.lstrip('.').lower()}"
        unique, number = name, 2
        while unique.lower() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.lower())
        names.append(unique)
    return names


def reason(error: Exception, path: os.PathLike | None = None) -> str:
    """Returns an error as one line that a terminal can show.

    Args:
        error: What happened.
        path: The input that it happened to.
    """
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename or path}: {error.strerror}."
        if error.errno in tables.FULL:
            text += " Make room and run again."
    if path is not None:  # its line breaks are part of a name, not of a text
        text = text.replace(str(path), escape_unprintable(str(path)))
    return escape_unprintable(" ".join(text.split()))


def _drop_drawn(files, failures, report):
    """Leaves out what `annotate` drew, and says so."""
    drawn = [file for file in files if is_drawn(file)]
    if not drawn:
        return files
    first = escape_unprintable(str(drawn[0]))
    what = first if len(drawn) == 1 else f"{first} and {len(drawn) - 1} more"
    if len(drawn) < len(files):
        report(f"left out, since emoaff drew it: {what}")
    else:
        text = (
            f"{what}: expected videos or pictures, found what emoaff drew. "
            "Give those that it was made from."
        )
        failures.append(Failure(drawn[0], text))
    left_out = set(drawn)
    return [file for file in files if file not in left_out]
