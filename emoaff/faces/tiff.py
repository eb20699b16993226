"""Reading the directories of a TIFF file, one for each of its pictures."""

import collections

NEW_SUBFILE_TYPE, SUBFILE_TYPE, PHOTOMETRIC = 254, 255, 262
DNG_VERSION = 50706
_SHORT = 3
_MOST = 10_000  # directories; a damaged file may go round in circles
_REDUCED, _MASK = 1, 4  # bits of NEW_SUBFILE_TYPE


def read_directories(data: bytes) -> list[dict[int, int]]:
    """Reads the numbers of all directories.

    Args:
        data: A TIFF, or its start. Big TIFF is left alone.

    Returns:
        For each directory tag -> number, or place of what does not fit in.
        What lies beyond `data` is left out.
    """
    order = {b"II*\x00": "little", b"MM\x00*": "big"}.get(data[:4])
    if order is None:
        return []

    def number(place, size):
        return int.from_bytes(data[place : place + size], order)

    directories, seen, start = [], set(), number(4, 4)
    while (
        8 <= start < len(data)
        and start not in seen
        and len(directories) < _MOST
    ):
        seen.add(start)
        end = start + 2 + 12 * number(start, 2)
        tags = {}
        for place in range(start + 2, min(end, len(data) - 11), 12):
            size = 2 if number(place + 2, 2) == _SHORT else 4
            tags[number(place, 2)] = number(place + 8, size)
        directories.append(tags)
        start = number(end, 4)
    return directories


def count_pictures(directories: list[dict[int, int]]) -> int:
    """Counts pictures; smaller copies and masks of others are none."""
    kinds = collections.Counter(
        bool(tags.get(NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK))
        or tags.get(SUBFILE_TYPE) == 2
        for tags in directories
    )
    return kinds[False]
