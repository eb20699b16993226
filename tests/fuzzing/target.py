import dataclasses
import pathlib
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Target:
    """A parser, and sound files that are damaged before it reads them.

    Args:
        name: Of the kind of file.
        read: Called with the damaged file; reads all of it.
        seeds: Contents of sound files.
        mutate: `mutate(data, rng)` returns damaged contents.
        file: Where the file lies below the folder.
        beside: Other files by their place; they stay sound.
    """

    name: str
    read: Callable[[pathlib.Path], object]
    seeds: tuple[bytes, ...]
    mutate: tuple[Callable, ...]
    file: str = "file.csv"
    beside: dict[str, bytes] = dataclasses.field(default_factory=dict)
