"""Sound of a video, carried over to another file."""

import contextlib
import os

import av

# What mp4 holds and browsers play; anything else becomes AAC.
_COPIED = ("aac", "mp3", "mp3float", "opus")


class SoundCopy:
    """Copies the first sound of a file into one that is being written.

    Sound that mp4 can hold is copied as it is, other sound is encoded as AAC.
    A file without sound, or with one that cannot be read, gives none.

    Args:
        path: The file that has the sound.
        start_s: Its time that becomes 0; what sounds before is left out.

    Attributes:
        is_there: Whether there is a sound.

    Example:
    >>> with SoundCopy("astronaut.mp4") as sound:
    ...     sound.is_there
    False
    """

    def __init__(self, path: str | os.PathLike, start_s: float = 0.0):
        self._start_s, self._out, self._next = start_s, None, None
        self._container = self._stream = None
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            self._container = av.open(os.fspath(path))
            if self._container.streams.audio:
                self._stream = self._container.streams.audio[0]
        self.is_there = self._stream is not None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def attach(self, container: "av.container.OutputContainer") -> None:
        """Adds a stream for the sound; to be called before anything is muxed.

        Args:
            container: The file that is being written.
        """
        if not self.is_there:
            return
        self._target = container
        name = self._stream.codec_context.name
        self._is_copied = name in _COPIED
        try:
            if self._is_copied:
                self._out = container.add_stream_from_template(self._stream)
            else:
                rate = self._stream.codec_context.sample_rate
                self._out = container.add_stream("aac", rate=rate)
                self._out.layout = self._stream.codec_context.layout
            self._packets = self._make_packets()
            self._next = next(self._packets, None)
        except (av.FFmpegError, OSError, ValueError, StopIteration):
            self.is_there = False

    def write_until(self, time_s: float) -> None:
        """Writes what sounds before a time, in seconds from the start."""
        while self._next is not None and _begin_s(self._next) < time_s:
            self._target.mux(self._next)
            self._next = next(self._packets, None)

    def close(self) -> None:
        """Closes the file that has the sound."""
        self._next = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _make_packets(self):
        """Packets for the new stream; ends where the sound is damaged."""
        with contextlib.suppress(av.FFmpegError, OSError):
            if self._is_copied:
                yield from self._copy()
            else:
                yield from self._encode()

    def _copy(self):
        for packet in self._container.demux(self._stream):
            if packet.pts is None or packet.dts is None:
                continue
            shift = round(self._start_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            if packet.pts >= 0:
                packet.stream = self._out
                yield packet

    def _encode(self):
        for frame in self._container.decode(self._stream):
            if frame.pts is None:
                continue
            frame.pts -= round(self._start_s / frame.time_base)
            if frame.pts >= 0:
                yield from self._out.encode(frame)
        yield from self._out.encode(None)


def _begin_s(packet):
    return float(packet.pts * packet.time_base)
