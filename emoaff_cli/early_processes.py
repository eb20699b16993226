"""Processes that load what they need beside the command itself."""

import os
import sys
from multiprocessing import forkserver

# As `emoaff.prediction.processes` has it, which takes half a second to load.
PRELOADED = ["emoaff.prediction.preloaded"]


def begin_early(inputs: list[str]) -> None:
    """Starts the process that those of `--jobs` will be forked from.

    Nothing happens where they are not forked, or where there is but one file.

    Args:
        inputs: Files and folders to work on.
    """
    is_one = len(inputs) == 1 and not os.path.isdir(inputs[0])
    if sys.platform == "linux" and not is_one:
        forkserver.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()
