"""How the weights of a preset lie in its file.

What is public here:

    DTYPES
    store(full, target, dtype)
    readable(path) -> context that gives a file Keras can load
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

import h5py
import numpy as np

DTYPES = ("float32", "float16", "int8")
_LARGEST = np.finfo(np.float16).max
_SCALE = "emoaff_scale"  # attribute of an array of 8-bit integers


def store(
    full: str | os.PathLike, target: str | os.PathLike, dtype: str
) -> None:
    """Copies a weight file of Keras with its float32 arrays made smaller.

    - `"float32"` keeps them.
    - `"float16"` rounds them. Arrays with numbers beyond its range, such as
      variances of batch norms, stay as they are.
    - `"int8"` rounds arrays of at least two axes (kernels) to 255 steps for
      each index of the last axis (each filter), from minus to plus its
      largest magnitude, and compresses them; the others are stored as for
      `"float16"`.

    Args:
        full: The `.weights.h5` file.
        target: The file to write.
        dtype: One of `DTYPES`.

    Raises:
        ValueError: If `dtype` is none of them.
    """
    if dtype not in DTYPES:
        raise ValueError(
            f"`dtype` must be one of {', '.join(DTYPES)}. Received: "
            f"dtype={dtype!r}."
        )
    with h5py.File(full) as old, h5py.File(target, "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                _put(new, name, item[()], dtype)
            else:
                new.require_group(name)
            new[name].attrs.update(item.attrs)

        old.visititems(copy)
        new.attrs.update(old.attrs)


@contextlib.contextmanager
def readable(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives a file that Keras can load, to be used with `with`.

    Args:
        path: A file that `store` wrote.

    Yields:
        `path`, or if 8-bit arrays are in it a temporary file with these as
        float32.
    """
    path, scaled = pathlib.Path(path), []

    def look(name, item):
        if _SCALE in item.attrs:
            scaled.append(name)

    with h5py.File(path) as file:
        file.visititems(look)
    if not scaled:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        # Keras tells the format from the name.
        wide = pathlib.Path(folder, "widened.weights.h5")
        with h5py.File(path) as old, h5py.File(wide, "w") as new:
            for name in old:
                old.copy(name, new)
            new.attrs.update(old.attrs)
            for name in scaled:
                item = old[name]
                scale = item.attrs[_SCALE]
                del new[name]
                new[name] = item[()].astype(np.float32) * scale
        yield wide


def _put(file, name, values, dtype):
    if values.dtype != np.float32 or dtype == "float32":
        file[name] = values
    elif dtype == "int8" and values.ndim > 1:
        largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
        scale = np.where(largest > 0, largest, 1) / np.float32(127)
        steps = np.int8(np.rint(values / scale))
        file.create_dataset(name, data=steps, compression="gzip")
        file[name].attrs[_SCALE] = scale.astype(np.float32)
    elif (np.abs(values) > _LARGEST).any():
        file[name] = values
    else:
        file[name] = values.astype(np.float16)
