"""Starts TensorFlow without what it says of itself, in other processes."""

import contextlib
import importlib
import os
import sys


def start_quietly() -> None:
    """Imports TensorFlow; silent where `TF_CPP_MIN_LOG_LEVEL` is 3.

    Some lines of its start heed no level and go past Python's streams. What is
    wrong is raised by the next import, which is not silenced.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") != "3":
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        with contextlib.suppress(ImportError):
            importlib.import_module("tensorflow")
    finally:
        os.dup2(kept, 2)
        os.close(kept)
