"""Keeps what C++ libraries print from the screen."""

import contextlib
import importlib
import os
import sys
import threading

# Standard error is that of the whole process: one redirects it at a time.
STDERR_LOCK = threading.RLock()


@contextlib.contextmanager
def silence_output():
    """Discards what native code writes to standard error."""
    sys.stderr.flush()
    with STDERR_LOCK:
        kept = os.dup(2)
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def start_quietly() -> None:
    """Imports TensorFlow; silent where `TF_CPP_MIN_LOG_LEVEL` is 3.

    For other processes than the first. Some lines of its start heed no level
    and go past Python's streams. What is wrong is raised by the next import,
    which is not silenced.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") != "3":
        return
    with silence_output(), contextlib.suppress(ImportError):
        importlib.import_module("tensorflow")
