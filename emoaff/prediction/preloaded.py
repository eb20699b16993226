"""What a process needs before it can predict; importing this loads it."""

import contextlib

import emoaff.prediction.file_work
import emoaff.prediction.files  # noqa: F401

with contextlib.suppress(ImportError):  # the engine keras does without
    import ai_edge_litert.interpreter  # noqa: F401
