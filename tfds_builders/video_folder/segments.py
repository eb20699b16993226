import io
import itertools
from collections.abc import Iterable
from collections.abc import Iterator

LENGTH = 64

# TFDS sorts a split of over 1 GB by its keys, in 1000 buckets of the range
# up to 2**128 that each have to fit into memory. Plain counting would put
# everything into the first.
_BUCKET_BYTES = 256 << 20
_LAST_BUCKET = 999
_HALF_BUCKET = 2**128 // 2000


class Segments:
    """Cuts the recordings of one split into examples of up to 64 frames.

    The keys rise, so with `disable_shuffling` the examples are stored in the
    order in which they were made, and are such that TFDS never holds more
    than about 1 GB of a split, whatever its size.

    Attributes:
        count: Examples made so far.
    """

    def __init__(self):
        self.count = 0
        self._bytes = 0

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
            self._bytes += sum(len(frame["image"]) for frame in run)
            example = {
                "recording": recording,
                "subject": subject,
                "segment": segment,
                "frames": [
                    frame | {"image": io.BytesIO(frame["image"])}
                    for frame in run
                ],
            }
            yield self._key(), example
            self.count += 1

    def _key(self):
        bucket = min(self._bytes // _BUCKET_BYTES, _LAST_BUCKET)
        return (2 * bucket + 1) * _HALF_BUCKET + self.count
