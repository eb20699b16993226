"""Folders that are whole under their name, or not there."""

import contextlib
import errno
import glob
import itertools
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

_HIDDEN = ".unfinished"


@contextlib.contextmanager
def write_whole(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a folder to write to, which replaces `path` when all is written.

    Until then it is hidden beside it, and goes if an error comes. Several
    processes may write to one path: each has a hidden folder of its own, and
    who is done last has the last word. What a killed process left of its
    folder goes the next time, where the file system can tell (not on Windows).

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
    with open_hidden(path) as hidden:
        half = hidden / path.name
        half.mkdir()
        yield half
        put_in_place(half, path)


@contextlib.contextmanager
def open_hidden(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a hidden folder beside `path`, which goes with the block.

    What is to be at `path` is made inside and moved by `put_in_place`. It is
    nobody else's, and what killed processes left of theirs goes first.

    Args:
        path: A file or folder, there or not.

    Yields:
        An empty folder.

    Raises:
        OSError: If nothing can be written beside `path`.

    Example:
    >>> with open_hidden(pathlib.Path("note.txt")) as hidden:
    ...     _ = (hidden / "note.txt").write_text("1")
    ...     put_in_place(hidden / "note.txt", pathlib.Path("note.txt"))
    >>> pathlib.Path("note.txt").read_text()
    '1'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    with _hide(path) as hidden:
        yield hidden


def put_in_place(half: pathlib.Path, path: pathlib.Path) -> None:
    """Gives a file or folder its name; what had it is whole until then."""
    if not half.is_dir():
        half.replace(path)
        return
    # A folder cannot replace one that is not empty, nor go at once.
    with _hide(path) as aside:
        for number in itertools.count():
            # Another process may take the name away, or take it, just now.
            with contextlib.suppress(FileNotFoundError):
                path.rename(aside / str(number))
            try:
                half.rename(path)
                return
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    continue
                with contextlib.suppress(OSError):
                    (aside / str(number)).rename(path)
                raise


@contextlib.contextmanager
def hold_folder(
    folder: str | os.PathLike, wait: bool = False
) -> Iterator[bool]:
    """Holds a folder against other processes, until the block or they end.

    Args:
        folder: One that is there.
        wait: Whether to wait until nobody else holds it.

    Yields:
        Whether it is held: not if somebody else does, nor on Windows and on
        network drives without locks.
    """
    try:
        import fcntl
    except ImportError:  # on Windows
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        held = False
        with contextlib.suppress(OSError):  # not on every network drive
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            held = True
        yield held
    finally:
        os.close(handle)


def remove_unheld(folder: pathlib.Path) -> None:
    """Removes a folder that no living process holds; see `hold_folder`."""
    # Another process may end just now and take its own away.
    with contextlib.suppress(FileNotFoundError), hold_folder(folder) as free:
        if free:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _hide(path):
    """Makes and holds a hidden folder beside `path`; it goes with the block."""
    with contextlib.ExitStack() as stack:
        while True:
            made = tempfile.mkdtemp(_HIDDEN, f".{path.name}.", path.parent)
            hidden = pathlib.Path(made)
            stack.callback(shutil.rmtree, hidden, ignore_errors=True)
            # Before it is held, another process may sweep it.
            with contextlib.suppress(FileNotFoundError):
                stack.enter_context(hold_folder(hidden, wait=True))
                if hidden.is_dir():
                    break
        yield hidden


def _sweep(path):
    """Removes what killed processes left, also of earlier versions."""
    name = glob.escape(f".{path.name}")
    for left in (
        f"{name}.????????{_HIDDEN}",
        f"{name}{_HIDDEN}",
        f"{name}.old",
    ):
        for folder in path.parent.glob(left):
            remove_unheld(folder)
