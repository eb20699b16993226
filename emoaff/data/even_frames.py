import math

import numpy as np

from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.frame_rates import find_usual_jumps

_TOLERANCE = 0.01  # of rates; 29.97 and 30 frames a second pass as one


class EvenFrames:
    """Lays the frames of recordings out at equal distances.

    A recording stores no frame where no face was found. Filters over time
    need one for each moment, so this puts NaN there and takes it out again.

    Args:
        recordings: `Recordings` with times.

    Attributes:
        rate_hz: Frames per second: the median over recordings.
        recording: int64 `(even,)`, the recording of each frame laid out.

    Raises:
        ValueError: If no recording has two frames with times, or their rates
            differ by more than 1 %.
    """

    def __init__(self, recordings):
        rates = find_stored_rates(recordings)
        known = rates[np.isfinite(rates)]
        where = f"{recordings.dataset}, split {recordings.split!r},"
        if not len(known):
            raise ValueError(
                f"Expected recordings of several frames with times. {where} "
                "has none, so there is no course to post-process."
            )
        self.rate_hz = float(np.round(np.median(known), 3))
        if not np.allclose(known, self.rate_hz, rtol=_TOLERANCE):
            raise ValueError(
                f"Expected recordings of one frame rate. {where} has "
                f"{known.min():.2f} to {known.max():.2f} frames a second. "
                "Build the corpus at one rate."
            )
        self._place, self.recording = _lay_out(recordings)

    def require_rate(self, rate_hz: float) -> None:
        """Raises ValueError if the frames come at another rate."""
        if not math.isclose(rate_hz, self.rate_hz, rel_tol=_TOLERANCE):
            raise ValueError(
                f"Expected frames at {rate_hz:g} a second, for which the "
                f"post-processing was fitted. Received: {self.rate_hz:g}. Fit "
                "it on a split of this corpus."
            )

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Lays values out.

        Args:
            values: float `(n, ...)`, for each stored frame.

        Returns:
            float64 `(even, ...)`, NaN where no frame is stored.
        """
        even = np.full((len(self.recording), *values.shape[1:]), np.nan)
        even[self._place] = values
        return even

    def gathered(self, even: np.ndarray) -> np.ndarray:
        """Picks the values of the stored frames again, `(n, ...)`."""
        return even[self._place]


def _lay_out(recordings):
    """The place of each frame, and the recording of each place."""
    usual = find_usual_jumps(recordings)[recordings.recording[1:]]
    jump = np.diff(recordings.index)
    steps = np.maximum(1, np.floor(jump / usual + 0.5).astype(np.int64))
    new = np.diff(recordings.recording) != 0
    # The next recording begins at the next place.
    steps[new] = 1
    place = np.concatenate([[0], np.cumsum(steps)])
    owner = recordings.recording[
        np.searchsorted(place, np.arange(place[-1] + 1))
    ]
    return place, owner
