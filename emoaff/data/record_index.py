"""Where the examples of a built corpus lie in its TFRecords.

What is public here:

    record_offsets(path) -> int64 array
    read_pictures(path, offset, count, picture) -> encoded pictures
    naming_record(path)         a context for reading one file in order
    naming_damage(recordings)   a context for loops that read pictures
"""

import contextlib
import os

import numpy as np
import tensorflow as tf

REBUILD = "Build the corpus again with `emoaff prepare`."
_BUFFER = 1 << 18  # bytes read at once
_FRAMING = 16  # bytes around a record: its length and two checksums
# Words of TensorFlow about damaged data, and not about a model.
_DAMAGE = ("corrupted record", "truncated record", "Example proto", "ecode")


def record_offsets(path) -> np.ndarray:
    """Returns the first byte of each record of a whole TFRecord file, int64.

    Goes by the lengths that stand before the records, and reads no more.

    Raises:
        ValueError: If the file ends within a record.
    """
    offsets, at, size = [], 0, os.path.getsize(path)
    with open(path, "rb") as file:
        while at < size:
            offsets.append(at)
            file.seek(at)
            at += int.from_bytes(file.read(8), "little") + _FRAMING
    if at != size:
        raise _damaged(path, len(offsets) - 1)
    return np.array(offsets, np.int64)


def read_pictures(path, offset, count, picture):
    """Reads the encoded pictures of neighbouring records; for tensors too.

    Args:
        path: Scalar string, a TFRecord file.
        offset: Scalar int64, first byte of the first record.
        count: Scalar int64, how many records.
        picture: Name of the feature that holds the pictures.

    Returns:
        Strings `(pictures,)`: all pictures of these records, in order.
    """
    one = {"output_types": [tf.string], "output_shapes": [[]]}
    many = {"output_types": [tf.string], "output_shapes": [[None]]}
    records = tf.raw_ops.TFRecordDatasetV2(
        filenames=[path],
        compression_type="",
        buffer_size=_BUFFER,
        byte_offsets=[offset],
    )
    records = tf.raw_ops.TakeDataset(input_dataset=records, count=count, **one)
    records = tf.raw_ops.BatchDatasetV2(
        input_dataset=records, batch_size=count, drop_remainder=False, **many
    )
    (serialized,) = tf.raw_ops.DatasetToSingleElement(dataset=records, **many)
    spec = {picture: tf.io.RaggedFeature(tf.string)}
    return tf.io.parse_example(serialized, spec)[picture].values


@contextlib.contextmanager
def naming_damage(recordings):
    """Names the file and recording in the error when reading pictures fails.

    Put it around a loop over `emoaff.data.clips`'s batches, or around `fit`.
    TensorFlow's own error tells neither. Only after such an error are the
    records read one by one until the damaged one is found.

    Args:
        recordings: `Recordings` that the batches come from.

    Raises:
        ValueError: Instead of TensorFlow's error, if a record or picture is
            damaged.
        FileNotFoundError: If a file is gone.
    """
    try:
        yield
    except (
        tf.errors.DataLossError,
        tf.errors.InvalidArgumentError,
        tf.errors.NotFoundError,
        tf.errors.OutOfRangeError,
    ) as error:
        for path in recordings.files:
            if not os.path.exists(path):
                raise FileNotFoundError(
                    f"{path} was there when reading began, and is gone. "
                    f"{REBUILD}"
                ) from error
        if any(words in str(error) for words in _DAMAGE):
            _raise_damage(recordings, error)
        raise


def _raise_damage(recordings, error):
    """Raises about the first record that cannot be read or decoded."""
    rows = np.unique(recordings.record, return_index=True)[1]
    for row in rows:
        record = recordings.record[row]
        name = recordings.names[recordings.recording[row]]
        path = recordings.files[recordings.record_file[record]]
        offset = recordings.record_offset[record]
        where = f"{path} holds damaged data: recording {name!r}"
        try:
            pictures = read_pictures(path, offset, 1, recordings.picture)
        except tf.errors.OpError:
            raise ValueError(
                f"{where}, from byte {offset} on, is no whole record. {REBUILD}"
            ) from error
        for place, picture in enumerate(pictures.numpy()):
            try:
                tf.io.decode_image(picture, channels=3)
            except tf.errors.OpError:
                index = recordings.index[row : row + place + 1][-1]
                raise ValueError(
                    f"{where}, frame {index}, is no whole picture. {REBUILD}"
                ) from error


@contextlib.contextmanager
def naming_record(path):
    """Names the record in the error when reading a whole file fails.

    Raises:
        ValueError: Instead of TensorFlow's error, if a record is damaged.
        FileNotFoundError: If the file is not there.
    """
    try:
        yield
    except tf.errors.NotFoundError:
        raise FileNotFoundError(
            f"Expected the file {path} of a built corpus, and found none. "
            f"{REBUILD}"
        ) from None
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        number = 0
        with contextlib.suppress(tf.errors.DataLossError):
            for _ in tf.data.TFRecordDataset(path):
                number += 1
        raise _damaged(path, number) from error


def _damaged(path, number):
    return ValueError(
        f"{path} must hold whole records. Received: record {number}, counted "
        f"from 0, is damaged or cut off. {REBUILD}"
    )
