"""Files that Git LFS has not fetched yet."""

import os

_START = b"version https://git-lfs"
_LARGEST = 1024  # bytes, of a pointer


def is_pointer(path: str | os.PathLike) -> bool:
    """Returns whether a file is only a pointer of Git LFS to the real one.

    Opens small files only.

    Raises:
        OSError: If the file cannot be looked at.
    """
    if not len(_START) <= os.stat(path).st_size <= _LARGEST:
        return False
    with open(path, "rb") as file:
        return file.read(len(_START)) == _START


def refuse_pointer(path: str | os.PathLike, wanted: str) -> None:
    """Raises ValueError if a file is only a pointer of Git LFS.

    Args:
        path: The file.
        wanted: What it should be, such as `"a picture"`.

    Raises:
        ValueError: The message says how to fetch the file.
    """
    if is_pointer(path):
        raise ValueError(
            f"{path}: expected {wanted}, found only a pointer of Git LFS to "
            "it. Fetch the file itself by `git lfs pull`."
        )
