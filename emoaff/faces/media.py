"""Finding videos and pictures in folders, and saying what is left out."""

import collections
import dataclasses
import os
import pathlib

from emoaff.faces.signatures import EMPTY
from emoaff.faces.signatures import HIDDEN
from emoaff.faces.signatures import LINK
from emoaff.faces.signatures import POINTER
from emoaff.faces.signatures import RAW
from emoaff.faces.signatures import SOUND
from emoaff.faces.signatures import SPECIAL
from emoaff.faces.signatures import TEXT
from emoaff.faces.signatures import find_media_kind
from emoaff.faces.signatures import inspect_file
from emoaff.faces.signatures import kind_by_suffix

__all__ = ["MediaFiles", "find_media", "list_media", "find_media_kind"]

_CLOSED = "folder that cannot be opened"
# Reasons for which a file that is named as media cannot be used.
_FAULTS = (EMPTY, POINTER, TEXT, SOUND, RAW, SPECIAL)


@dataclasses.dataclass
class MediaFiles:
    """The videos and pictures that a path stands for, and what is left out.

    Args:
        path: Where was looked.
        files: Videos and pictures, sorted by path.
        left_out: Why -> the files that are not used.

    Example:
    >>> found = find_media("my_clips")
    >>> len(found.files), found.describe_omissions()
    (2, 'my_clips: left out 1 file of 3: 1 of another kind (.txt)')
    """

    path: pathlib.Path
    files: list[pathlib.Path] = dataclasses.field(default_factory=list)
    left_out: dict[str, list[pathlib.Path]] = dataclasses.field(
        default_factory=dict
    )

    def describe_omissions(self) -> str:
        """Describes in one line what is left out and why; empty if nothing is.

        Example:
        >>> found = MediaFiles(pathlib.Path("clips"))
        >>> found.left_out["sound"] = [pathlib.Path("a.wav")]
        >>> found.describe_omissions()
        'clips: left out 1 file of 1: 1 sound (.wav)'
        """
        count = sum(map(len, self.left_out.values()))
        if not count:
            return ""
        each = "; ".join(
            f"{len(files)} {why}{_list_suffixes(files)}"
            for why, files in sorted(
                self.left_out.items(), key=lambda item: -len(item[1])
            )
        )
        total = count + len(self.files)
        noun = "file" if count == 1 else "files"
        return f"{self.path}: left out {count} {noun} of {total}: {each}"

    def describe_nothing(self) -> str:
        """Explains why a folder has no video and no picture, for an error."""
        omissions = self.describe_omissions().removeprefix(f"{self.path}: ")
        return (
            f"{self.path}: expected a folder with videos or pictures, found "
            f"none in it ({omissions or 'it is empty'}). Give a folder that "
            "holds formats such as mp4, mov, mkv, jpg, png or heic."
        )

    def describe_faults(self) -> list[str]:
        """Lists which left-out files are named as media but cannot be any.

        Returns:
            One sentence for each reason and for each folder that cannot be
            opened; empty where none is.
        """
        sentences = [
            f"{folder}: expected a folder that can be opened, found one that "
            "may not be read. Allow it, or move its files."
            for folder in self.left_out.get(_CLOSED, ())
        ]
        for why in _FAULTS:
            named = [
                file
                for file in self.left_out.get(why, ())
                if kind_by_suffix(file)
            ]
            if len(named) == 1:
                sentences.append(
                    f"{named[0]}: expected a video or picture by its name, "
                    f"found it {_as_found(why)}. {_advise(why, 'a whole copy')}"
                )
            elif named:
                sentences.append(
                    f"{self.path}: expected videos or pictures by their "
                    f"names, found {len(named)} files {_as_found(why)}, such "
                    f"as {named[0].name}. {_advise(why, 'whole copies')}"
                )
        return sentences


def _advise(why, copies):
    if why == POINTER:
        return "Fetch it by `git lfs pull`."
    return f"Get {copies}, or give another name."


def list_media(
    path: str | os.PathLike, recursive: bool = True
) -> list[pathlib.Path]:
    """Lists the videos and pictures that a path stands for.

    Args:
        path: A file, which is given back as it is, or a folder.
        recursive: Whether to look into folders inside the folder.

    Returns:
        The files, sorted by path; see `find_media`.

    Raises:
        FileNotFoundError: There is nothing at `path`.
        ValueError: A folder without videos and pictures.

    Example:
    >>> [file.name for file in list_media("my_clips")]
    ['astronaut.jpg', 'astronaut.mp4']
    """
    found = find_media(path, recursive)
    if not found.files:
        raise ValueError(found.describe_nothing())
    return found.files


def find_media(path: str | os.PathLike, recursive: bool = True) -> MediaFiles:
    """Finds the videos and pictures of a folder, and notes all other files.

    Each file is judged as `find_media_kind` does. Hidden files and folders,
    whose names begin with a dot (`.DS_Store`, `._clip.mp4`), are left out, and
    links to folders are not followed.

    Args:
        path: A file, which is given back as it is, or a folder.
        recursive: Whether to look into folders inside the folder.

    Returns:
        The files and the omissions, both sorted.

    Raises:
        FileNotFoundError: There is nothing at `path`.

    Example:
    >>> [file.name for file in find_media("my_clips").files]
    ['astronaut.jpg', 'astronaut.mp4']
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: expected a file or a folder, found nothing there. "
            "Check the path."
        )
    found = MediaFiles(path)
    if not path.is_dir():
        found.files.append(path)
        return found
    left_out = collections.defaultdict(list)

    def note_closed(error):
        left_out[_CLOSED].append(pathlib.Path(error.filename))

    for folder, inner, names in os.walk(path, onerror=note_closed):
        for name in inner:
            if os.path.islink(os.path.join(folder, name)):
                left_out[LINK].append(pathlib.Path(folder, name))
        inner[:] = [n for n in inner if recursive and not n.startswith(".")]
        for name in names:
            file = pathlib.Path(folder, name)
            kind, why = (None, HIDDEN) if name[0] == "." else inspect_file(file)
            (found.files if kind else left_out[why]).append(file)
    found.files.sort()
    found.left_out = {why: sorted(files) for why, files in left_out.items()}
    return found


def _list_suffixes(files):
    counts = collections.Counter(
        file.suffix.lower()
        for file in files
        if file.suffix and not file.name.startswith(".")
    )
    if not counts:
        return ""
    common = counts.most_common(4)
    rest = ", ..." if len(counts) > len(common) else ""
    return f" ({', '.join(suffix for suffix, _ in common)}{rest})"


def _as_found(why):
    nouns = {SOUND: "holding only sound", TEXT: "to be plain text"}
    return {**nouns, SPECIAL: f"to be {SPECIAL}"}.get(why, why)
