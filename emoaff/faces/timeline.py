import math
from typing import Any

_HELD = 8  # frames kept back at most until it is clear what their stamps mean
_JUMP_S = 1.0  # seconds; after a longer gap the next stamp is awaited
_LEAST_S = 1e-6  # seconds from one frame to the next
_SPARSE = 0.5  # of a step; frames that lie closer were not meant to


class Timeline:
    """Turns the timestamps of a file into times that always rise.

    The first frame is at 0. A frame without a timestamp is placed one `step`
    after the one before it. Gaps forward are real and kept, up to
    `longest_gap_s`; beyond, the clock was set anew and the frame is placed
    one step after the one before.

    Where a stamp does not rise, frames are held back until it does (eight at
    most). If there is room for them, they are spread evenly up to the frame
    that rises: stamps were doubled or out of order, and no other frame
    moves. If not, the clock was set back (joined recordings, a counter that
    began anew), and all that follows is moved to go on one step later. In
    either way the frames together last as long as they did.

    Args:
        step: Seconds from one frame to the next where the file does not say.
            NaN and 0 count as 1/25.
        longest_gap_s: Seconds; see above.
    """

    def __init__(self, step: float, longest_gap_s: float = math.inf):
        self._step = step if math.isfinite(step) and step > 0 else 1 / 25
        self._longest_gap_s = longest_gap_s
        self._offset = None
        self._last = -math.inf
        self._held: list[tuple[Any, float]] = []
        self._missing = self._replaced = self.restarts = 0

    @property
    def end_s(self) -> float:
        """Seconds at which the latest frame ends, if it lasts one step."""
        return max(self._last + self._step, 0.0)

    def push(self, item: Any, stamp_s: float | None) -> list[tuple[Any, float]]:
        """Takes the next frame.

        Args:
            item: The frame, or whatever stands for it.
            stamp_s: The file's own timestamp in seconds; None if missing.

        Returns:
            The frames whose times are known by now, in order, each with its
            seconds since the first frame.
        """
        if stamp_s is None or not math.isfinite(stamp_s):
            given = self.finish()
            self._missing += 1
            return [*given, (item, self._advance())]
        if self._offset is None:
            # Frames before the first stamp keep the places they were given.
            self._offset = self._next() - stamp_s
        self._held.append((item, stamp_s))
        return self._settle(at_end=False)

    def finish(self) -> list[tuple[Any, float]]:
        """Ends the file; gives the frames still held back, as `push` does."""
        given = []
        while self._held:
            given += self._settle(at_end=True)
        return given

    def warnings(self) -> list[str]:
        """Describes what was replaced in the timestamps, as clauses."""
        said = []
        if self._missing:
            frames = "frame has" if self._missing == 1 else "frames have"
            said.append(
                f"{self._missing} {frames} no timestamp; each was placed "
                f"{self._step:.4g} s after the one before it"
            )
        if self._replaced:
            stamps = (
                "timestamp does" if self._replaced == 1 else "timestamps do"
            )
            said.append(
                f"{self._replaced} {stamps} not rise; replaced by times "
                "that fit those of the other frames"
            )
        if self.restarts:
            times = "once" if self.restarts == 1 else f"{self.restarts} times"
            said.append(
                f"the file's clock is set anew {times}; its times go on as if "
                "it were not"
            )
        return said

    def _next(self):
        return max(self._last + self._step, 0.0)

    def _advance(self):
        self._last = self._next()
        return self._last

    def _settle(self, at_end):
        times = [stamp + self._offset for _, stamp in self._held]
        if not times[0] > self._last + _LEAST_S:
            return self._mend(times, at_end)
        gap = times[0] - self._last
        if not math.isfinite(self._last) or gap <= max(_JUMP_S, 4 * self._step):
            return self._give([times[0]])
        if gap > self._longest_gap_s:
            return self._restart()
        if len(times) == 1 and not at_end:
            return []
        if len(times) > 1 and self._last + _LEAST_S < times[1] < times[0]:
            # One stamp leaps ahead and the clock goes on as before.
            self._replaced += 1
            return self._give([(self._last + times[1]) / 2])
        return self._give([times[0]])

    def _mend(self, times, at_end):
        """Finds places for held frames, the first of which do not rise."""
        least = self._last + _LEAST_S
        risen = next((n for n, t in enumerate(times) if t > least), None)
        if risen is None:
            if len(times) <= _HELD and not at_end:
                return []
            back = self._last - times[0]
            is_slip = back <= (4 * self._step if at_end else _LEAST_S)
            return self._restart(is_slip)
        room = (times[risen] - self._last) / (risen + 1)
        is_doubled = all(
            stamp == self._held[0][1] for _, stamp in self._held[:risen]
        ) and math.isclose(times[0], self._last, abs_tol=_LEAST_S)
        if room < _SPARSE * self._step and not is_doubled:
            return self._restart()
        self._replaced += risen
        between = [self._last + room * (n + 1) for n in range(risen)]
        return self._give([*between, times[risen]])

    def _restart(self, is_slip=False):
        """Takes the first held stamp for one of a clock that was set anew."""
        self._replaced += is_slip
        self.restarts += not is_slip
        self._offset = self._next() - self._held[0][1]
        given = self._give([self._next()])
        return given + (self._settle(at_end=False) if self._held else [])

    def _give(self, times):
        """Yields as many held frames as there are times, at those times."""
        items = [item for item, _ in self._held[: len(times)]]
        del self._held[: len(times)]
        self._last = times[-1]
        given = list(zip(items, times, strict=True))
        return given + (self._settle(at_end=False) if self._held else [])
