"""The labels in the TFRecords of a built corpus, as arrays.

What is public here:

    read_table(files, lengths, features) -> RecordTable
    cached_table(files, lengths, features, cache) -> RecordTable
    stored_features(builder) -> dict
    first_segments(table, files) -> which record each recording begins with
"""

import contextlib
import dataclasses
import json
import os
import zipfile

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from emoaff.data.record_index import REBUILD
from emoaff.data.record_index import naming_record
from emoaff.data.record_index import record_offsets

_BATCH = 16  # records parsed at once; each holds up to 64 pictures
_CACHE_FORMAT = 1


@dataclasses.dataclass(frozen=True, eq=False)
class RecordTable:
    """All that TFRecords say but the pictures.

    Args:
        file: int64 `(records,)`, number of the file.
        offset: int64 `(records,)`, first byte in it.
        length: int64 `(records,)`, number of frames.
        columns: Feature name to values: a row for each record, or for each
            frame where the name begins with `frames/`.
    """

    file: np.ndarray
    offset: np.ndarray
    length: np.ndarray
    columns: dict[str, np.ndarray]


def read_table(files, lengths, features) -> RecordTable:
    """Reads every record once, and decodes no picture.

    Args:
        files: Paths of TFRecord files, in order.
        lengths: How many records each must hold.
        features: Feature name to dtype and shape of one value. Names that
            begin with `frames/` have one value for each frame; `frames/index`
            is then among them.

    Raises:
        FileNotFoundError: If a file is not there.
        ValueError: If a file is damaged or too short.
    """
    spec = {
        name: tf.io.RaggedFeature(_stored(tf.as_dtype(dtype)))
        for name, (dtype, _) in features.items()
    }

    def parse(batch):
        parsed = tf.io.parse_example(batch, spec)
        return {n: (v.values, v.row_lengths()) for n, v in parsed.items()}

    parts, offsets = [], []
    for path, length in zip(files, lengths, strict=True):
        with naming_record(path):
            records = tf.data.TFRecordDataset(path).batch(_BATCH)
            records = records.map(parse).prefetch(2)
            parts += list(records.as_numpy_iterator())
        offsets.append(record_offsets(path))
        if len(offsets[-1]) != length:
            raise ValueError(
                f"{path} must hold {length} records. Received: "
                f"{len(offsets[-1])}. {REBUILD}"
            )
    counts = np.array([len(o) for o in offsets], np.int64)
    length = np.ones(counts.sum(), np.int64)
    if "frames/index" in features:
        length = _joined([p["frames/index"][1] for p in parts], np.int64)
    columns = {}
    for name, (dtype, shape) in features.items():
        values = _joined([p[name][0] for p in parts], dtype)
        rows = length.sum() if name.startswith("frames/") else len(length)
        if len(values) != rows * np.prod(shape, dtype=int):
            raise ValueError(
                f"Feature {name!r} must have a value of shape {shape} for "
                f"each of {rows} rows. Received: {len(values)} values, in "
                f"{os.path.dirname(files[0])}. {REBUILD}"
            )
        columns[name] = values.reshape(rows, *shape)
    return RecordTable(
        file=np.repeat(np.arange(len(counts)), counts),
        offset=_joined(offsets, np.int64),
        length=length,
        columns=columns,
    )


def cached_table(files, lengths, features, cache) -> RecordTable:
    """Does what `read_table` does, once for as long as the files are the same.

    Files are the same if their names, sizes and times of change are.

    Args:
        files: See `read_table`.
        lengths: See `read_table`.
        features: See `read_table`.
        cache: Path of the `.npz` that holds the findings. Where it cannot be
            written, the files are read each time.

    Raises:
        FileNotFoundError, ValueError: See `read_table`.
    """
    facts = [os.stat(path) for path in files if os.path.exists(path)]
    stamps = [(fact.st_size, fact.st_mtime_ns) for fact in facts]
    names = [os.path.basename(path) for path in files]
    key = json.dumps([_CACHE_FORMAT, names, stamps, lengths, features])
    parts = ("file", "offset", "length")
    with contextlib.suppress(OSError, KeyError, ValueError, zipfile.BadZipFile):
        with open(cache, "rb") as file, np.load(file) as kept:
            if kept["key"].item() == key:
                columns = {name: kept[f"column {name}"] for name in features}
                return RecordTable(
                    *(kept[f"record {part}"] for part in parts), columns
                )
    table = read_table(files, lengths, features)
    arrays = {f"column {name}": v for name, v in table.columns.items()}
    arrays |= {f"record {part}": getattr(table, part) for part in parts}
    # A folder that is read-only only costs the time of the next reading.
    with contextlib.suppress(OSError):
        written = cache.with_name(f"{cache.stem}-{os.getpid()}.part.npz")
        try:
            np.savez(written, key=key, **arrays)
            os.replace(written, cache)
        finally:
            written.unlink(missing_ok=True)
    return table


def first_segments(table, files) -> np.ndarray:
    """Returns the record that each recording begins with, int64.

    Args:
        table: `RecordTable` with the column `recording`, and mostly
            `segment`.
        files: Paths, for the error.

    Raises:
        ValueError: If the segments of a recording do not lie in order, one
            after the other.
    """
    names, segments = table.columns["recording"], table.columns.get("segment")
    new = np.ones(len(names), bool)
    new[1:] = names[1:] != names[:-1]
    first = np.flatnonzero(new)
    again = np.ones(len(first), bool)
    again[np.unique(names[first], return_index=True)[1]] = False
    wrong = np.zeros(len(names), bool)
    wrong[first[again]] = True
    if segments is not None:
        wrong |= segments != np.where(new, 0, np.roll(segments, 1) + 1)
    if wrong.any():
        record = wrong.argmax()
        number = "" if segments is None else f" segment {segments[record]}"
        raise ValueError(
            f"{files[table.file[record]]} must hold the segments of a "
            "recording one after the other, numbered from 0. Received:"
            f"{number} of recording {names[record].decode()!r} out of order. "
            "Build the corpus with `disable_shuffling=True`."
        )
    return first


def stored_features(builder) -> dict[str, tuple]:
    """Returns the features that a corpus has, as its TFRecords name them.

    Args:
        builder: A TFDS builder.

    Returns:
        Name to dtype, shape of one value as stored and shape when decoded
        (which a picture has). Features inside other features are left out,
        but those of `frames`, `frames/...`.
    """
    found = {}
    for name, feature in builder.info.features.items():
        inside = {name: feature}
        framed = getattr(feature, "feature", None)
        if isinstance(framed, tfds.features.FeaturesDict):
            inside = {f"{name}/{key}": one for key, one in framed.items()}
        for key, one in inside.items():
            stored = one.get_serialized_info()
            if isinstance(stored, tfds.features.TensorInfo):
                dtype = tf.as_dtype(stored.tf_dtype).name
                found[key] = (dtype, stored.shape, one.shape)
    return found


def _stored(dtype):
    """TFRecords know these three types only."""
    if dtype.is_floating:
        return tf.float32
    return tf.string if dtype == tf.string else tf.int64


def _joined(arrays, dtype):
    if not arrays:
        text = tf.as_dtype(dtype) == tf.string
        return np.empty(0, "S" if text else tf.as_dtype(dtype).as_numpy_dtype)
    joined = np.concatenate(arrays)
    if joined.dtype == object:
        return joined.astype("S")
    return joined.astype(tf.as_dtype(dtype).as_numpy_dtype, copy=False)
