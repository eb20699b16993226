import pathlib
from collections.abc import Iterator

from emoaff.faces import Frame
from emoaff.faces import Video


class ClipReader:
    """Reads stretches of videos, decoding each video once where it can.

    Stretches of the same file that are asked for in order, and do not
    overlap, share one pass: a long video with many labelled stretches would
    otherwise be decoded from its start for each.

    Attributes:
        video: The `emoaff.faces.Video` that is open; None at first.
    """

    def __init__(self):
        self.video: Video | None = None
        self._frames = iter(())
        self._ahead: Frame | None = None
        self._reached_s = 0.0

    def open(self, path: pathlib.Path, start_s: float) -> Video:
        """Makes ready to read a file from a time on.

        Args:
            path: The file.
            start_s: Seconds at which the next stretch begins.

        Raises:
            FileNotFoundError, ValueError: See `emoaff.faces.Video`.
        """
        again = self.video is not None and self.video.path == path
        if not again or start_s <= self._reached_s:
            self.close()
            self.video = Video(path)
            self._frames, self._ahead = iter(self.video), None
            self._reached_s = -1.0
        return self.video

    def read(self, start_s: float, end_s: float) -> Iterator[Frame]:
        """Yields the frames with `start_s <= time_s < end_s`.

        Args:
            start_s: Seconds, as given to `open`.
            end_s: Seconds; infinite for all that is left.
        """
        while True:
            frame = self._ahead or next(self._frames, None)
            self._ahead = None
            if frame is None:
                return
            if frame.time_s >= end_s:
                self._ahead = frame
                return
            self._reached_s = frame.time_s
            if frame.time_s >= start_s:
                yield frame

    def close(self) -> None:
        """Closes the video that is open, if any."""
        if self.video is not None:
            self.video.close()
            self.video = None
