"""From rows of `Recordings` to their pixels, read at random from TFRecords.

What is public here:

    plan_reading(recordings, rows) -> dict of ragged arrays, a row a window
    read_frames(recordings, plan, size) -> (frames, height, width, 3)
    resize(frames, size) -> float32 (..., size, size, 3)
"""

import numpy as np
import tensorflow as tf

from emoaff.data.clip_pixels import cut_picture
from emoaff.data.record_index import read_pictures


def plan_reading(recordings, rows) -> dict[str, tf.RaggedTensor]:
    """Finds which stretches of which files hold the pictures of windows.

    Neighbouring records are read as one stretch, so a window usually is one.

    Args:
        recordings: `Recordings`.
        rows: int64 `(windows, frames)`, -1 where there is no frame.

    Returns:
        `file`, `offset` and `count` (of records) of each stretch; and `pick`,
        for each row that is not -1, which of the stretches' pictures it is.
    """
    window, place = np.nonzero(rows >= 0)
    row = rows[window, place]
    records = len(recordings.record_file)
    pairs, which = np.unique(
        window * records + recordings.record[row], return_inverse=True
    )
    owner, record = np.divmod(pairs, records)
    file, length = recordings.record_file, recordings.record_length[record]
    start = np.cumsum(length) - length
    start -= start[np.searchsorted(owner, owner)]
    new = np.ones(len(pairs), bool)
    new[1:] = (np.diff(pairs) != 1) | (np.diff(owner) != 0)
    new[1:] |= np.diff(file[record]) != 0
    first = np.flatnonzero(new)

    def ragged(values, owner):
        splits = np.searchsorted(owner, np.arange(len(rows) + 1))
        return tf.RaggedTensor.from_row_splits(values, splits)

    return {
        "file": ragged(file[record[first]], owner[first]),
        "offset": ragged(recordings.record_offset[record[first]], owner[first]),
        "count": ragged(np.diff(np.append(first, len(pairs))), owner[first]),
        "pick": ragged(start[which] + recordings.position[row], window),
    }


def read_frames(recordings, plan, size, cuts=None):
    """Reads and decodes the pictures of one window; for tensors.

    Args:
        recordings: `Recordings`.
        plan: One row of `plan_reading`.
        size: Side in pixels to which pictures are resized whose stored size
            differs from one to the next; others are left as they are.
        cuts: `start`, `mirrored` and `shape` of `cut_picture`, the first two
            with a row for each picture, to cut them while they are decoded; or
            `None`. For pictures of one size only.

    Returns:
        `(frames, height, width, 3)` RGB 0-255, without the rows that are -1.
        uint8, or float32 where pictures were resized.
    """
    files = tf.constant(recordings.files)

    def read(stretch):
        file, offset, count = stretch
        return read_pictures(files[file], offset, count, recordings.picture)

    encoded = tf.map_fn(
        read,
        (plan["file"], plan["offset"], plan["count"]),
        fn_output_signature=tf.RaggedTensorSpec([None], tf.string, 0),
    ).flat_values
    height, width, _ = recordings.picture_shape
    varies = height is None or width is None

    start, mirrored, shape = cuts or (None, None, (height, width, 3))
    places = tuple(p for p in (start, mirrored) if p is not None)

    def decode(one):
        picture, *place = one
        frame = tf.io.decode_image(picture, 3, expand_animations=False)
        if varies:
            return resize(tf.ensure_shape(frame, (None, None, 3)), size)
        frame = tf.ensure_shape(frame, (height, width, 3))
        return cut_picture(frame, *place, shape=shape) if cuts else frame

    return tf.map_fn(
        decode,
        (tf.gather(encoded, plan["pick"]), *places),
        fn_output_signature=tf.TensorSpec(
            (size, size, 3) if varies else shape,
            tf.float32 if varies else tf.uint8,
        ),
        # Windows are read side by side already.
        parallel_iterations=1,
    )


def resize(frames, size):
    """Resizes pictures without changing them otherwise.

    Args:
        frames: `(..., height, width, 3)`, 0-255.
        size: Side of the result in pixels.

    Returns:
        float32 `(..., size, size, 3)`: bilinear, and with antialiasing where
        a side shrinks to half or less.
    """
    height, width = frames.shape[-3:-1]
    if (height, width) == (size, size):
        return tf.cast(frames, tf.float32)

    def resized(antialias):
        # From uint8 the same takes longer.
        flat = tf.reshape(tf.cast(frames, tf.float32), (-1, *sides, 3))
        flat = tf.image.resize(flat, (size, size), antialias=antialias)
        shape = (*tf.unstack(tf.shape(frames)[:-3]), size, size, 3)
        return tf.reshape(flat, shape)

    if height is not None and width is not None:
        sides = height, width
        x = resized(max(sides) >= 2 * size)
    else:
        sides = tf.unstack(tf.shape(frames)[-3:-1])
        x = tf.cond(
            tf.maximum(*sides) >= 2 * size,
            lambda: resized(True),
            lambda: resized(False),
        )
    return tf.ensure_shape(x, (*frames.shape[:-3], size, size, 3))
