"""What is unusual in a video, noted while it is read."""

import av


class ReadingNotes:
    """Collects what one reading of a video has to say about the file.

    Attributes:
        warnings: Clauses, in the order of noting.
        damaged: Whether pictures are missing or patched up.
        unshown_s: Seconds that the file holds and does not show, or that
            cannot be decoded since they precede the first key frame.
        interlaced: Frames woven from two fields so far.
    """

    def __init__(self):
        self.warnings: list[str] = []
        self.damaged = False
        self.unshown_s = 0.0
        self.interlaced = 0
        self._others_end_s = 0.0

    def note_damage(self, clause: str) -> None:
        """Notes that pictures are missing or patched up."""
        self.damaged = True
        self.warnings.append(clause)

    def note_late_start(self, packets: int, fps: float) -> None:
        """Notes that a file begins between two key frames.

        Args:
            packets: How many come before the first key frame.
            fps: Frames a second; NaN where unknown.
        """
        if fps == fps:
            self.unshown_s += packets / fps
        self.warnings.append(
            f"it begins between two key frames; {packets} "
            f"{show_pieces(packets)} of the stream before the first of them "
            "cannot be decoded"
        )

    def note_sizes(self, sizes: list[tuple[int, int, float]]) -> None:
        """Notes changes of the size of pictures.

        Args:
            sizes: Width, height and seconds of the first frame and of each
                that has another size than the one before.
        """
        if len(sizes) < 2:
            return
        (width, height, _), (new_width, new_height, time_s) = sizes[:2]
        count = len(sizes) - 1
        times = "once" if count == 1 else f"{count} times, first"
        self.warnings.append(
            f"the picture changes its size {times} from {width}x{height} to "
            f"{new_width}x{new_height} at {time_s:.2f} s; boxes are in the "
            "pixels of each frame"
        )

    def note_interlacing(self, frames: int) -> None:
        """Notes that most of the frames were woven from two fields."""
        if 2 * self.interlaced > frames:
            self.warnings.append(
                "its pictures are interlaced: each is woven from two moments, "
                "and a moving face looks combed; deinterlace it if faces move"
            )

    def note_other_packet(self, packet: av.Packet) -> None:
        """Keeps in mind how far the sound and the subtitles reach."""
        if packet.pts is not None:
            end = packet.pts + (packet.duration or 0)
            end_s = float(end * packet.time_base)
            self._others_end_s = max(self._others_end_s, end_s)

    def note_end(
        self, declared_s: float, end_s: float, frames: int, start_s: float
    ) -> None:
        """Notes damage where a file ends long before it should.

        Args:
            declared_s: Seconds; NaN where unknown.
            end_s: Where the pictures end, in seconds from the first.
            frames: How many there were.
            start_s: The first frame's time on the clock that `declared_s`
                goes by.
        """
        reached_s = max(start_s + end_s + self.unshown_s, self._others_end_s)
        if reached_s + max(0.5, 0.02 * end_s) < declared_s:
            self.note_damage(
                f"the file declares {declared_s:.2f} s, but its pictures end "
                f"at {end_s:.2f} s, after {frames} frames"
            )


def show_pieces(count: int) -> str:
    """Gives the noun for a number of packets."""
    return "piece" if count == 1 else "pieces"
