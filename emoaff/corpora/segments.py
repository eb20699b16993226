import io
import itertools
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.corpora.rising_keys import RisingKeys

LENGTH = 64


class Segments:
    """Cuts the recordings of one split into examples of up to 64 frames.

    Args:
        keys: Gives the keys; `RisingKeys` unless given.
    """

    def __init__(self, keys: RisingKeys | None = None):
        self._keys = keys or RisingKeys()

    @property
    def count(self) -> int:
        """Examples made so far."""
        return self._keys.count

    def cut(
        self, recording: str, subject: str, frames: Iterable[dict]
    ) -> Iterator[tuple[int, dict]]:
        """Yields key and example for each run of up to 64 frames.

        Args:
            recording: Its id, unique within the split.
            subject: The person's id; empty if unknown.
            frames: One dict for each stored frame with the features of the
                builder's `frames`; `"image"` holds the bytes of a JPEG.
        """
        frames = iter(frames)
        for segment in itertools.count():
            run = list(itertools.islice(frames, LENGTH))
            if not run:
                return
            self._keys.add(sum(len(frame["image"]) for frame in run))
            example = {
                "recording": recording,
                "subject": subject,
                "segment": segment,
                "frames": [
                    frame | {"image": io.BytesIO(frame["image"])}
                    for frame in run
                ],
            }
            yield self._keys.next(), example
