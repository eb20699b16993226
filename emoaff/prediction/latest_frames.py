import threading
import time
from collections.abc import Callable
from collections.abc import Iterator

from emoaff.faces.frame import Frame

_RETRY_S = 1.0  # between tries to reach a source that was lost


class LatestFrames:
    """Gives the newest picture of a source each time one is asked for.

    The source is read in a thread of its own, so that pictures that come while
    the last one is worked on are dropped and nothing is ever late.

    Args:
        source: See `open_source`.
        note: Called with a sentence when the source is lost or back again.

    Attributes:
        dropped: Pictures that nobody asked for.
        seen: Pictures that were given.
    """

    def __init__(self, source, note: Callable[[str], None] = print):
        self._source, self._note = source, note
        self._news = threading.Condition()
        self._latest: Frame | None = None
        self._error: Exception | None = None
        self._ended = False
        self.dropped = self.seen = 0
        self._start = time.monotonic()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def now(self) -> float:
        """Seconds since reading began, the clock of the frames' times."""
        return time.monotonic() - self._start

    def __iter__(self) -> Iterator[Frame]:
        self._start = time.monotonic()
        self._thread.start()
        try:
            while True:
                with self._news:
                    self._news.wait_for(lambda: self._latest or self._ended)
                    frame, self._latest = self._latest, None
                    if frame is None:
                        break
                self.seen += 1
                yield frame
        finally:
            self.close()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Ends the reading."""
        with self._news:
            self._ended = True
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _read(self):
        index, lost = 0, False
        try:
            for image in self._source:
                if self._ended:
                    break
                if image is None:
                    if not lost:
                        self._note(
                            "the source gives no pictures; trying again until "
                            "it does"
                        )
                    lost = True
                    time.sleep(_RETRY_S)
                    continue
                if lost:
                    self._note("the source is back")
                    lost = False
                frame = Frame(index, self.now(), image)
                index += 1
                with self._news:
                    self.dropped += self._latest is not None
                    self._latest = frame
                    self._news.notify_all()
        except Exception as error:  # raised where the frames are read
            self._error = error
        finally:
            self._source.close()
            with self._news:
                self._ended = True
                self._news.notify_all()
