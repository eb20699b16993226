import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """What the page takes, and for how long it keeps it.

    Args:
        file_mb: Largest file, in megabytes of 1,000,000 bytes.
        length_s: Longest video, in seconds.
        pixels: Most pixels of a picture or frame.
        waiting: Most files that wait or are being worked on.
        keep_s: Seconds after which a finished file and its results are
            removed.

    Raises:
        ValueError: If one is not over 0.

    Example:
    >>> Limits(file_mb=20).file_bytes
    20000000
    """

    file_mb: float = 500.0
    length_s: float = 600.0
    pixels: int = 50_000_000
    waiting: int = 100
    keep_s: float = 3600.0

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ValueError(
                    f"Expected {field.name} over 0. "
                    f"Received: {field.name}={value}."
                )

    @property
    def file_bytes(self) -> int:
        return round(self.file_mb * 1e6)

    @property
    def frames(self) -> int:
        """Most frames of a video whose length is not declared, or wrong."""
        return round(60 * self.length_s)
