"""Folders that are whole under their name, or not there."""

import contextlib
import pathlib
import shutil
from collections.abc import Iterator


@contextlib.contextmanager
def write_whole(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a folder to write to, which replaces `path` when all is written.

    Until then it is hidden beside it, and goes if an error comes. What a killed
    process left of it goes the next time.

    Args:
        path: The folder, there or not.

    Yields:
        An empty folder of the same name, in a hidden one.

    Example:
    >>> import pathlib
    >>> with write_whole(pathlib.Path("notes")) as half:
    ...     _ = (half / "one.txt").write_text("1")
    ...     pathlib.Path("notes").exists()
    False
    >>> pathlib.Path("notes", "one.txt").read_text()
    '1'
    """
    hidden = path.with_name(f".{path.name}.unfinished")
    shutil.rmtree(hidden, ignore_errors=True)
    half = hidden / path.name
    half.mkdir(parents=True)
    try:
        yield half
        put_in_place(half, path)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def put_in_place(half: pathlib.Path, path: pathlib.Path) -> None:
    """Gives a file or folder its name; what had it is whole until then."""
    if not half.is_dir():
        half.replace(path)
        return
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        # A folder cannot replace one that is not empty, nor go at once.
        path.rename(old)
    half.rename(path)
    shutil.rmtree(old, ignore_errors=True)
