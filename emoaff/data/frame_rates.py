"""How far apart the stored frames of each recording lie."""

from __future__ import annotations

import typing

import numpy as np

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings


def find_usual_jumps(recordings: Recordings) -> np.ndarray:
    """Returns the most common jump of `index` in each recording.

    Args:
        recordings: The labels of a split.

    Returns:
        int64 `(recordings,)`, the smallest of equally common jumps; 1 for a
        single frame.
    """
    jumps = np.ones(len(recordings.names), np.int64)
    for number, index in _split_by_recording(recordings, recordings.index):
        if len(index) > 1:
            sizes, count = np.unique(np.diff(index), return_counts=True)
            jumps[number] = sizes[count.argmax()]
    return jumps


def find_stored_rates(recordings: Recordings) -> np.ndarray:
    """Returns the frames per second at which each recording is stored.

    Gaps do not count: it is the rate of neighbouring frames.

    Args:
        recordings: The labels of a split.

    Returns:
        float64 `(recordings,)`, NaN for a single frame and where no time is
        known.
    """
    rates = np.full(len(recordings.names), np.nan)
    time = np.asarray(recordings.time, np.float64)
    for number, times in _split_by_recording(recordings, time):
        index = recordings.index[recordings.frames_of(number)]
        passed = times[-1] - times[0] if len(times) > 1 else 0.0
        if passed > 0:
            rates[number] = (index[-1] - index[0]) / passed
    return rates / find_usual_jumps(recordings)


def _split_by_recording(recordings, values):
    bounds = np.searchsorted(
        recordings.recording, np.arange(1, len(recordings.names))
    )
    return enumerate(np.split(values, bounds))
