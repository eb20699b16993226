"""Where the recordings lie in an array of frames."""

import numpy as np


class Layout:
    """The first and last frame of each recording.

    Args:
        recording: int `(n,)`, the recording of each frame; the frames of a
            recording lie together.

    Raises:
        ValueError: If they do not, or `recording` is no vector of integers.

    Example:
    >>> Layout(np.array([0, 0, 0, 2])).slices
    (slice(0, 3, None), slice(3, 4, None))
    """

    def __init__(self, recording: np.ndarray):
        recording = np.asarray(recording)
        whole = np.issubdtype(recording.dtype, np.integer)
        if recording.ndim != 1 or (recording.size and not whole):
            raise ValueError(
                "Expected `recording` to be one integer per frame. Received: "
                f"shape={recording.shape}, dtype={recording.dtype}."
            )
        turns = np.flatnonzero(np.diff(recording)) + 1
        starts = np.r_[0, turns] if recording.size else turns
        names = len(np.unique(recording))
        if names != len(starts):
            raise ValueError(
                "Expected the frames of each recording in one run. Received: "
                f"{len(starts)} runs of {names} recordings. Sort the frames "
                "by recording and time."
            )
        ends = np.r_[turns, len(recording)] if recording.size else turns
        lengths = ends - starts
        self.frames = len(recording)
        self.slices = tuple(
            slice(int(start), int(end))
            for start, end in zip(starts, ends, strict=True)
        )
        # For every frame, so that shifts of all recordings are one lookup.
        self.first = np.repeat(starts, lengths)
        self.last = np.repeat(ends - 1, lengths)
