"""Files of feature vectors: Parquet or HDF5."""

import os
import pathlib

import h5py
import numpy as np

from emoaff.prediction.tables import renamed

SUFFIXES = (".parquet", ".h5", ".hdf5")


class FeatureFile:
    """Writes feature vectors, and what they are of, block by block.

    Used with `with`; the file appears under its name when the block ends
    well. Parquet has a column of lists, `vector`; HDF5 a data set of that
    name, float32 `(n, width)`, and one for each column beside it.

    Args:
        path: The file; its suffix decides the kind, one of `SUFFIXES`.
        about: Name to text or number, kept in the file's metadata.

    Raises:
        ValueError: For another suffix.
        ImportError: If PyArrow is missing for Parquet.

    Example:
    >>> with FeatureFile("faces.h5", {"layer": "features"}) as file:
    ...     file.write({"frame": [0, 1]}, np.zeros((2, 3)))
    >>> file.count
    2
    """

    def __init__(self, path: str | os.PathLike, about: dict | None = None):
        self.path = pathlib.Path(path)
        suffix = self.path.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"Expected a file that ends in {', '.join(SUFFIXES)}. "
                f"Received: {self.path.name}."
            )
        self.count = 0
        self._about = {k: str(v) for k, v in (about or {}).items()}
        make = _Parquet if suffix == ".parquet" else _Hdf5
        self._kind = make(self._about)

    def __enter__(self):
        self._renaming = renamed(self.path)
        self._kind.open(self._renaming.__enter__())
        return self

    def __exit__(self, kind, error, trace):
        self._kind.close()
        return self._renaming.__exit__(kind, error, trace)

    def write(self, columns: dict, vectors: np.ndarray) -> None:
        """Adds some rows.

        Args:
            columns: Name to values `(n,)`: texts, numbers, or None where
                missing; the same names each time.
            vectors: float `(n, width)`.
        """
        if len(vectors):
            self._kind.write(columns, np.float32(vectors))
            self.count += len(vectors)


class _Parquet:
    def __init__(self, about):
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise ImportError(
                "Expected PyArrow to be installed for Parquet. Install it "
                'with: pip install "emoaff[parquet]", or write .h5.'
            ) from error
        self._arrow, self._about, self._file = pyarrow, about, None
        self._list_of_numbers = pyarrow.list_(pyarrow.float32())

    def open(self, path):
        self._path = path

    def write(self, columns, vectors):
        arrow = self._arrow
        flat = arrow.array(vectors.ravel())
        arrays = {
            name: arrow.array(_to_plain(values))
            for name, values in columns.items()
        }
        arrays["vector"] = arrow.FixedSizeListArray.from_arrays(
            flat, vectors.shape[1]
        )
        table = arrow.table(arrays).replace_schema_metadata(self._about)
        if self._file is None:
            self._file = arrow.parquet.ParquetWriter(self._path, table.schema)
        self._file.write_table(table.cast(self._file.schema))

    def close(self):
        if self._file is None:  # an empty file is one too
            empty = self._arrow.table(
                {"vector": self._arrow.array([], self._list_of_numbers)}
            )
            self._arrow.parquet.write_table(empty, self._path)
            return
        self._file.close()


class _Hdf5:
    def __init__(self, about):
        self._about = about

    def open(self, path):
        self._file = h5py.File(path, "w")
        self._file.attrs.update(self._about)

    def write(self, columns, vectors):
        for name, values in {**columns, "vector": vectors}.items():
            self._append(name, _to_hdf5(values))

    def _append(self, name, values):
        if name not in self._file:
            kind = (
                h5py.string_dtype() if values.dtype == object else values.dtype
            )
            self._file.create_dataset(
                name,
                shape=(0, *values.shape[1:]),
                maxshape=(None, *values.shape[1:]),
                dtype=kind,
                chunks=(256, *values.shape[1:]),
            )
        place = self._file[name]
        place.resize(len(place) + len(values), axis=0)
        place[-len(values) :] = values

    def close(self):
        self._file.close()


def _to_plain(values):
    """A list with None where a number is missing."""
    return [None if v != v else v for v in np.asarray(values).tolist()]


def _to_hdf5(values):
    """An array; HDF5 has no None, so a missing text is empty."""
    values = np.asarray(values)
    if values.dtype.kind in "OUS":
        missing = (v is None or v != v for v in values)
        return np.array(
            ["" if m else str(v) for v, m in zip(values, missing, strict=True)],
            object,
        )
    return values
