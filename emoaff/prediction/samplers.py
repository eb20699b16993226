"""Which frames a model with a memory looks at."""

import math

from emoaff.data.thinning import frame_step


class PersonSampler:
    """Picks samples of one person, about `rate_hz` a second.

    The first frame is a sample. Where the frames come regularly, every so
    many of them is, by the rule of `emoaff.data.thinning.frame_step`; where
    they do not, the first one that is due by the clock.

    Args:
        rate_hz: Samples a second; `None` for every frame.
        average_fps: Frames a second that the video declares; NaN if unknown.
    """

    def __init__(self, rate_hz: float | None, average_fps: float):
        self._rate = rate_hz
        known = average_fps > 0  # NaN is not
        self._period = 1 / average_fps if known else math.nan
        self._step = 1
        if rate_hz and known:
            self._step = frame_step(average_fps, rate_hz, slow="keep")
        self._latest = None

    def takes(self, index: int, time_s: float) -> bool:
        """Returns whether the person's next frame is a sample.

        Args:
            index: 0-based frame of the video, rising.
            time_s: Its time in seconds.
        """
        if self._latest is not None and not self._due(index, time_s):
            return False
        self._latest = (index, time_s)
        return True

    def _due(self, index, time_s):
        if not self._rate:
            return True
        frames, passed = index - self._latest[0], time_s - self._latest[1]
        half = self._period / 2
        if abs(passed - frames * self._period) <= half:
            return frames >= self._step
        # A frame that is half a frame early is nearer than the one after it.
        early = half if half > 0 else 1e-6
        return passed >= 1 / self._rate - min(early, 0.5 / self._rate)


class ScriptSampler:
    """Picks every so many frames of the video, as EMO-AffectNet's script.

    Args:
        rate_hz: Samples a second; `None` for every frame.
        average_fps: Frames a second that the video declares; NaN if unknown.

    Raises:
        ValueError: If the rate of the video is unknown or so low that the
            script stops.
    """

    def __init__(self, rate_hz: float | None, average_fps: float):
        self._step = 1
        if rate_hz:
            try:
                self._step = frame_step(average_fps, rate_hz)
            except ValueError as error:
                raise ValueError(
                    f"Expected a video of more than {rate_hz / 2:g} frames a "
                    f"second for thinning 'script'. Found: {average_fps:g}. "
                    "Choose thinning 'person'."
                ) from error

    def takes(self, index: int, time_s: float) -> bool:
        """Returns whether a frame is a sample; see `PersonSampler`."""
        return index % self._step == 0
