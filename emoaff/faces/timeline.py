import math


class Timeline:
    """Turns the timestamps of a file into times that always rise.

    The first frame is at 0. A frame without a timestamp is placed one `step`
    after the one before it. A timestamp that is not later than the one
    before it is placed half a step after it, so that one bad stamp moves no
    other frame; when the next one is bad too, the clock was set back (joined
    recordings, a counter that ran over) and the rest is moved to go on one
    step later. Gaps forward are real and kept.

    Args:
        step: Seconds from one frame to the next where the file does not say.
            NaN and 0 count as 1/25.
    """

    def __init__(self, step: float):
        self._step = step if math.isfinite(step) and step > 0 else 1 / 25
        self._offset = None
        self._last = -math.inf
        self._last_was_bad = False
        self._missing = self._backward = 0

    @property
    def end_s(self) -> float:
        """Seconds at which the latest frame ends, if it lasts one step."""
        return max(self._last + self._step, 0.0)

    def place(self, stamp_s: float | None) -> float:
        """Gives the time of the next frame.

        Args:
            stamp_s: The file's own timestamp in seconds; None if missing.

        Returns:
            Seconds since the first frame.
        """
        if stamp_s is None:
            self._missing += 1
            self._last = max(self._last, -self._step) + self._step
            return self._last
        if self._offset is None:
            # Frames before the first stamp keep the places they were given.
            begin = max(self._last + self._step, 0.0)
            self._offset = begin - stamp_s
        time = stamp_s + self._offset
        bad = time <= self._last
        if bad:
            self._backward += 1
            time = self._last + self._step / (1 if self._last_was_bad else 2)
            if self._last_was_bad:
                self._offset = time - stamp_s
        self._last_was_bad = bad and not self._last_was_bad
        self._last = time
        return time

    def warnings(self) -> list[str]:
        """Says how many timestamps were replaced, in sentences."""
        said = []
        if self._missing:
            said.append(
                f"{self._missing} frames have no timestamp; each was placed "
                f"{self._step:.4g} s after the one before it"
            )
        if self._backward:
            said.append(
                f"{self._backward} timestamps do not rise; they were replaced"
            )
        return said
