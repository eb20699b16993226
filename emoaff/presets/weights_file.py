"""How the weights of a preset lie in its file.

What is public here:

    DTYPES
    store(full, target, dtype)
    readable(path) -> context that gives a file Keras can load
    count_values(path) -> number of values
    load(model, path)
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

import h5py
import keras
import numpy as np

from emoaff.layers.keras_settings import use_own_settings
from emoaff.presets.hdf5_heaps import refuse_broken_heaps

DTYPES = ("float32", "float16", "int8")
_LARGEST = np.finfo(np.float16).max
_FEW = 20_000  # numbers of a kernel that 8 bits hardly make smaller
# Weights hardly shrink: beyond this an array claims what it does not hold.
_MOST_OF_A_BYTE = 32
_SCALE = "emoaff_scale"  # attribute of an array of 8-bit integers


def store(
    full: str | os.PathLike, target: str | os.PathLike, dtype: str
) -> None:
    """Copies a weight file of Keras with its float32 arrays made smaller.

    - `"float32"` keeps them.
    - `"float16"` rounds them. Arrays with numbers beyond its range, such as
      variances of batch norms, stay as they are.
    - `"int8"` rounds arrays of at least two axes (kernels) to 255 steps for
      each filter, from minus to plus its largest magnitude, and compresses
      them; the others, and kernels of 20,000 numbers or fewer, are stored as
      for `"float16"`: first, depthwise and last kernels have few numbers and
      half of the error. A filter is an index of the last axis, or of the last
      two where the last has length 1 and there are three or more: depthwise
      kernels, `(h, w, channels, 1)`. Where that errs less, the steps of a
      matrix are those of each row: its inputs may differ more than its
      filters.

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
    """Opens a weights file so that Keras can load it, to be used with `with`.

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


def count_values(path: str | os.PathLike) -> int:
    """Counts the numbers in a weight file, by what it really holds.

    Args:
        path: A file that `store` wrote.

    Raises:
        ValueError: If it cannot be read, or refers to other files.
    """
    path, counts = pathlib.Path(path), []

    def count(name, item):
        if not isinstance(item, h5py.Dataset):
            return
        if item.external or item.is_virtual:
            raise ValueError(f"{name} lies in another file")
        held = item.id.get_storage_size() * _MOST_OF_A_BYTE
        counts.append(min(item.size or 0, held))

    def find_link(name, link):
        return None if isinstance(link, h5py.HardLink) else name

    try:
        refuse_broken_heaps(path)
        with h5py.File(path) as file:
            elsewhere = file.visititems_links(find_link)
            if elsewhere is not None:
                raise ValueError(f"{elsewhere} lies elsewhere")
            file.visititems(count)
    except Exception as error:  # h5py raises whatever it stumbles over
        raise _unreadable(path, error) from error
    return sum(counts)


def load(model: keras.Model, path: str | os.PathLike) -> None:
    """Fills a model with the weights of a file.

    Args:
        model: The model.
        path: A file that `store` wrote.

    Raises:
        ValueError: If it cannot be read or holds other weights.
    """
    try:
        with use_own_settings("float32"), readable(path) as file:
            model.load_weights(file)
    except Exception as error:  # as above, and Keras too
        raise _unreadable(path, error) from error


def _unreadable(path, error):
    lines = str(error).splitlines() or [""]
    return ValueError(
        f"Expected the weights of the model that config.json describes in "
        f"{path}. They cannot be read as such ({type(error).__name__}: "
        f"{lines[0][:200]}). Take a fresh copy of the folder."
    )


def _put(file, name, values, dtype):
    if values.dtype != np.float32 or dtype == "float32":
        file[name] = values
    elif dtype == "int8" and values.ndim > 1 and values.size > _FEW:
        # A depthwise filter may be a hundred times its neighbour.
        depthwise = values.ndim > 2 and values.shape[-1] == 1
        within = tuple(range(values.ndim - (2 if depthwise else 1)))
        steps, scale = _round_to_steps(values, within)
        if values.ndim == 2:
            by_row = _round_to_steps(values, (1,))
            found = [(steps, scale), by_row]
            steps, scale = min(found, key=lambda s: _measure_error(values, *s))
        file.create_dataset(name, data=steps, compression="gzip")
        file[name].attrs[_SCALE] = scale.astype(np.float32)
    elif (np.abs(values) > _LARGEST).any():
        file[name] = values
    else:
        file[name] = values.astype(np.float16)


def _round_to_steps(values, within):
    """Returns int8 steps and their sizes, which are the same `within` axes."""
    largest = np.abs(values).max(axis=within, keepdims=True)
    if within[0] == 0:  # trailing axes need no length of 1 to be multiplied
        largest = largest.reshape(largest.shape[len(within) :])
    scale = np.where(largest > 0, largest, 1) / np.float32(127)
    return np.int8(np.rint(values / scale)), scale


def _measure_error(values, steps, scale):
    return float(np.square(values - steps * scale).sum(dtype=np.float64))
