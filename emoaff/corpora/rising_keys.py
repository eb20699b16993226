# TFDS sorts a split of over 1 GB by its keys, in 1000 buckets of the range
# up to 2**128 that each have to fit into memory. Plain counting would put
# everything into the first.
_BUCKET_BYTES = 256 << 20
_LAST_BUCKET = 999
_HALF_BUCKET = 2**128 // 2000


class RisingKeys:
    """Keys that keep the examples of a split in the order they are made.

    For builders with `disable_shuffling`. The keys are such that TFDS never
    holds more than about 1 GB of a split, whatever its size.

    Attributes:
        count: Keys given so far.
    """

    def __init__(self):
        self.count = 0
        self._bytes = 0

    def add(self, size: int) -> None:
        """Counts bytes of the example whose key comes next."""
        self._bytes += size

    def next(self) -> int:
        """Returns the key of an example."""
        bucket = min(self._bytes // _BUCKET_BYTES, _LAST_BUCKET)
        key = (2 * bucket + 1) * _HALF_BUCKET + self.count
        self.count += 1
        return key


class NumberedKeys(RisingKeys):
    """Keys that follow from the number of a recording or picture alone.

    For workers that know nothing of the others, and writers that sort keys
    in buckets of equal size, as Beam's does.

    Args:
        number: Its place in the split, 0-based.
    """

    def __init__(self, number: int):
        super().__init__()
        self._first = number << 32

    def next(self) -> int:
        """Returns the key of an example."""
        self.count += 1
        return self._first + self.count - 1
