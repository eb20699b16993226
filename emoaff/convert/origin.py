"""Lists the files that a conversion read.

What is public here:

    hash_files(source) -> dict of SHA-256 by name
    find_prefix(path)
"""

import hashlib
import os
import pathlib
import re

_PART = re.compile(r"\.(index|meta|data-\d+-of-\d+)$")
_SUFFIXES = (".index", ".meta", ".data-*")


def hash_files(source: str | os.PathLike) -> dict[str, str]:
    """Returns the SHA-256 of a file by its name.

    Args:
        source: A file, or the prefix of a TensorFlow checkpoint, which is
            several files.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    path = find_prefix(pathlib.Path(source))
    files = [path]
    if not path.is_file():
        files = sorted(
            file
            for suffix in _SUFFIXES
            for file in path.parent.glob(path.name + suffix)
        )
    if not files:
        raise FileNotFoundError(
            f"Expected a file of weights, or the prefix of a checkpoint. "
            f"There is no {path}."
        )
    return {file.name: _sha256(file) for file in files}


def find_prefix(path: pathlib.Path) -> pathlib.Path:
    """Returns the prefix of a checkpoint if one of its files is named."""
    return path.with_name(_PART.sub("", path.name))


def _sha256(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
