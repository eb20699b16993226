"""Looks at a part of HDF5 files that HDF5 itself reads without end."""

import mmap
import os

_SIGNATURE = b"GCOL\x01\x00\x00\x00"  # with version and reserved bytes
_HEADER = 16  # bytes, of a heap and of each object in it


def refuse_broken_heaps(path: str | os.PathLike) -> None:
    """Raises ValueError if texts of an HDF5 file lie in a broken heap.

    Texts of any length lie in global heaps, as one object after another.
    Where the size of one is damaged, HDF5 may go from it to itself for ever.

    Args:
        path: The file; it may be of another kind.

    Raises:
        ValueError: If an object reaches beyond its heap.
        OSError: If the file cannot be read.
    """
    if not os.path.getsize(path):
        return
    with (
        open(path, "rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as file,
    ):
        start = file.find(_SIGNATURE)
        while start >= 0:
            _check_heap(file, start)
            start = file.find(_SIGNATURE, start + 1)


def _check_heap(file, start):
    end = start + _number(file, start + 8, 8)
    place = start + _HEADER
    while place + _HEADER <= min(end, len(file)):
        size = _number(file, place + 8, 8)
        if _number(file, place, 2):
            place += _HEADER + -(-size // 8) * 8  # padded
        elif place + size == end:  # free up to the end
            return
        else:
            place = end + 1
    if place > end or end > len(file):
        raise ValueError("a heap of texts is damaged")


def _number(file, place, count):
    return int.from_bytes(file[place : place + count], "little")
