import math
import sys
import time

_TOLD_FROM, _TOLD_AFTER_S = 0.05, 30.0


class Progress:
    """Shows how far a long job is, how fast, and how long it will take.

    On a terminal one line that is written over; elsewhere a plain line every
    few seconds. How long it will take is said when a twentieth is done, or half
    a minute has passed: the first steps load and compile.

    Args:
        label: What is being worked on.
        unit: What is counted, in the plural.
        stream: Where to write. Defaults to standard error.
        every_s: Seconds between two lines where `stream` is no terminal.
        clock: Gives seconds, never running backwards.
        first: Units that were done before, such as by an interrupted run.

    Attributes:
        hidden: Set on the class to show nothing at all, such as in a process
            whose work another one shows.

    Example:
    >>> import sys
    >>> progress = Progress("reading", stream=sys.stdout, every_s=0)
    >>> progress.update(50, share=0.25)
    reading: 50 frames, .../s, 25%, 0:00 left
    >>> progress.close()
    """

    hidden = False

    def __init__(
        self,
        label: str,
        unit: str = "frames",
        stream=None,
        every_s: float = 5.0,
        clock=time.monotonic,
        first: int = 0,
    ):
        self._label, self._unit = label, unit
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._every = 0.2 if self._live else every_s
        self._clock, self._first = clock, first
        self._began = self._shown = clock()
        self._width = 0

    def update(self, count: int, share: float = math.nan) -> None:
        """Shows that `count` units are done, `share` of all; NaN if unknown."""
        now = self._clock()
        if self.hidden or now - self._shown < self._every:
            return
        self._shown = now
        passed = now - self._began
        rate = (count - self._first) / passed
        text = f"{self._label}: {count} {self._unit}, {rate:.1f}/s"
        is_told = share >= _TOLD_FROM or passed >= _TOLD_AFTER_S
        if 0 < share <= 1 and rate and is_told:
            left = (count / share - count) / rate
            text += f", {share:.0%}, {_format_clock_time(left)} left"
        self._write(text)

    def close(self) -> None:
        """Wipes the line on a terminal."""
        if self._live and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()

    def _write(self, text):
        if self._live:
            padded = text.ljust(self._width)
            self._width = len(text)
            self._stream.write("\r" + padded)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def _format_clock_time(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}"
