"""Telling MP4 files that were put one behind the other as bytes."""

import pathlib

_MOST = 10_000  # boxes that are looked at
_FIRST = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip")


def describe_joined(path: pathlib.Path) -> str:
    """Says that a file holds a second film behind the first, as a clause.

    Players, and FFmpeg, only show the first. A film in fragments, whose index
    may stand in it several times, is read as a whole.

    Args:
        path: A file that exists.

    Returns:
        Empty where there is one film, and in other formats than MP4 and MOV.
    """
    names = []
    with path.open("rb") as file:
        end = path.stat().st_size
        for _ in range(_MOST):
            start = file.tell()
            size, name = int.from_bytes(file.read(4), "big"), file.read(4)
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if not names and name not in _FIRST:
                return ""
            names.append(name)
            if size < 8 or start + size + 8 > end:
                break  # the last one, or damage
            file.seek(start + size)
    films = names.count(b"moov")
    if films < 2 or b"moof" in names:
        return ""
    return (
        f"the file is {films} films put one behind the other; only the first "
        "was looked at, as players do. Join them with a video program"
    )
