import zipfile

# Weights hardly shrink: beyond this a record claims what it cannot hold.
_LARGEST_RATIO = 32
_SMALL = 1 << 20  # bytes; short records of zeros do shrink


class Records:
    """The records of one of PyTorch's archives, each read once.

    Args:
        file: The open zip file.

    Raises:
        ValueError: If it is no archive of PyTorch.
    """

    def __init__(self, file: zipfile.ZipFile):
        self._file = file
        self._kept = {}
        names = file.namelist()
        roots = [n for n in names if n == "data.pkl" or n.endswith("/data.pkl")]
        if not roots:
            what = "an archive of no kind known here"
            if any(name.endswith("model.json") for name in names):
                what = "TorchScript of before PyTorch 1.4"
            raise ValueError(
                f"there is no data.pkl in it: it is {what}; load it with the "
                "PyTorch that wrote it, and save its state_dict()"
            )
        self._folder = min(roots, key=len)[: -len("data.pkl")]

    def __contains__(self, name: str) -> bool:
        return self._folder + name in self._file.NameToInfo

    def text(self, name: str, otherwise: str) -> str:
        """Returns a short record as text, or `otherwise` without one."""
        if name not in self:
            return otherwise
        return self.read(name).decode("utf-8").strip()

    def read(self, name: str, storage=None) -> bytes:
        """Returns the bytes of a record.

        Args:
            name: Its name within the archive.
            storage: The `Storage` that it is said to hold, if any.

        Raises:
            ValueError: If it is not there, or does not hold what is claimed.
        """
        if name in self._kept:
            held = self._kept[name]
        else:
            held = self._kept[name] = self._read_fresh(name)
        if storage is not None:
            claimed = storage.count * storage.dtype.itemsize
            if claimed > len(held):
                raise ValueError(
                    f"the record {name} should hold {claimed:,} bytes and "
                    f"holds {len(held):,}"
                )
        return held

    def _read_fresh(self, name):
        if name not in self:
            raise ValueError(f"the record {name} is not there")
        info = self._file.getinfo(self._folder + name)
        limit = max(_SMALL, _LARGEST_RATIO * info.compress_size)
        if info.file_size > limit:
            raise ValueError(
                f"the record {name} claims {info.file_size:,} bytes in "
                f"{info.compress_size:,}"
            )
        with self._file.open(info) as record:
            # One more than it claims, in case it claims too few.
            held = record.read(info.file_size + 1)
        if len(held) != info.file_size:
            raise ValueError(f"the record {name} is not as long as it claims")
        return held
