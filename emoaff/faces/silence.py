"""Keeps what C++ libraries print from the screen."""

import contextlib
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
