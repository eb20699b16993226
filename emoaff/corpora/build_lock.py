import os
import pathlib
import sys

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME = "lock"


class BuildLock:
    """Lets one process at a time into a folder.

    The operating system opens the lock when a process ends, however it ends.
    Where a file system knows no locks, everybody is let in.

    Args:
        folder: The folder; made on entering.
        what: What is being done there, for the message.

    Raises:
        ValueError: On entering, if another process is in.
    """

    def __init__(self, folder: pathlib.Path, what: str):
        self._path, self._what = pathlib.Path(folder, _NAME), what
        self._file = None

    def __enter__(self):
        while self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+b")
            if not _locked(file):
                file.close()
                raise ValueError(
                    f"Expected nobody else to build {self._what}. Another "
                    f"process does so, in {self._path.parent}. Wait for it, or "
                    "choose another folder to build in."
                )
            if _is_still_there(file, self._path):
                self._file = file
            else:  # who had it has just removed it
                file.close()
        return self

    def __exit__(self, *exception):
        if sys.platform == "win32":  # where open files cannot be removed
            self._file.close()
        self._path.unlink(missing_ok=True)
        self._file.close()
        self._file = None


def _locked(file):
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _is_still_there(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False
