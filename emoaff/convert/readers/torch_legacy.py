"""The format of `torch.save` before PyTorch 1.6: pickles, then numbers.

What is public here:

    MAGIC
    read(path, interpreted)
"""

import mmap
import pathlib

from emoaff.convert.readers.torch_tensors import StoredTensor

# A pickle of protocol 2 with the number that marks the format.
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_VERSION = 1001


def read(path: pathlib.Path, interpreted):
    """Reads such a file.

    Args:
        path: The file.
        interpreted: `interpreted(stream, path)` reads one pickle.

    Returns:
        The object that was saved, a function from a `Storage` to its bytes,
        and whether numbers are big-endian.

    Raises:
        ValueError: If the file is damaged.
    """
    size = path.stat().st_size
    # Unlike a file, a map never makes room for more than is there.
    with (
        path.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as file,
    ):
        interpreted(file, path)
        version = interpreted(file, path)
        system = interpreted(file, path)
        if version != _VERSION or not isinstance(system, dict):
            raise ValueError(f"it is of the unknown version {version!r}")
        big = not system.get("little_endian", True)
        root = interpreted(file, path)
        keys = interpreted(file, path)
        sizes = {s.key: s.dtype.itemsize for s in _list_storages(root)}
        kept = {}
        for key in map(str, keys):
            count = int.from_bytes(file.read(8), "big" if big else "little")
            length = count * sizes.get(key, 0)
            if key not in sizes or file.tell() + length > size:
                raise ValueError(f"it ends before its storage {key} does")
            kept[key] = file.read(length)

    def bytes_of(storage):
        if storage.key not in kept:
            raise ValueError(f"the storage {storage.key} is not there")
        return kept[storage.key]

    return root, bytes_of, big


def _list_storages(root):
    """The storages of all tensors, however deep in dicts and lists."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, StoredTensor):
            yield node.storage
        elif isinstance(node, dict | list | tuple) and id(node) not in seen:
            seen.add(id(node))
            waiting.extend(node.values() if isinstance(node, dict) else node)
