"""Keeps what C++ libraries print from the screen."""

import contextlib
import os
import sys


@contextlib.contextmanager
def silence_output():
    """Discards what native code writes to standard error."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
