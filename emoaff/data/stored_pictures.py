"""The pictures of a built corpus as they are stored, in order."""

from __future__ import annotations

import collections.abc
import typing

import numpy as np
import tensorflow as tf

from emoaff.data.picture_reading import plan_reading
from emoaff.data.picture_reading import read_frames
from emoaff.data.record_index import naming_damage

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings

_CHUNK = 1 << 15  # frames planned at once


def stored_pictures(
    recordings: Recordings, size: int, batch_size: int = 64
) -> collections.abc.Iterator[np.ndarray]:
    """Yields the pictures of all frames, not resized.

    For models with a resize filter of their own; `emoaff.data.clips` feeds
    the others.

    Args:
        recordings: The frames, also those of a `subset`.
        size: Side in pixels that pictures get, bilinear, if the corpus stores
            them in different sizes.
        batch_size: Pictures at once; the last batch holds what is left.

    Yields:
        uint8 `(batch, height, width, 3)`, RGB 0-255, in the order of
        `recordings`.

    Raises:
        ValueError: If a record or picture is damaged; the message names it.
        FileNotFoundError: If a file is gone.
    """

    def load(plan):
        frames = read_frames(recordings, plan, size)
        return tf.cast(tf.round(tf.cast(frames, tf.float32)), tf.uint8)

    chunk = max(1, _CHUNK // batch_size) * batch_size
    with naming_damage(recordings):
        for first in range(0, len(recordings), chunk):
            rows = np.arange(first, min(first + chunk, len(recordings)))
            rows = np.pad(
                rows, (0, -len(rows) % batch_size), constant_values=-1
            )
            plan = plan_reading(recordings, rows.reshape(-1, batch_size))
            batches = tf.data.Dataset.from_tensor_slices(plan).map(
                load, num_parallel_calls=tf.data.AUTOTUNE
            )
            yield from batches.prefetch(1).as_numpy_iterator()
