"""Batches of windows, from a built corpus to what a model takes.

What is public here:

    clip_batches(windows, recordings, order, *, batch_size, size, targets,
        augment=None, seed=(0, 0), label_of="frames", first_step=0,
        drop_remainder=True, shard=(0, 1), parallel=None, dtype="float32",
        squeeze=False) -> tf.data.Dataset of (x, y)
    feature_batches(windows, recordings, features, order, *, batch_size,
        targets, label_of="frames", first_step=0, drop_remainder=True,
        shard=(0, 1), squeeze=False, fill=0.0) -> tf.data.Dataset of (x, y)
    frame_batches(recordings, size, batch_size, first=0, parallel=None)
        -> tf.data.Dataset of x

An epoch is an array of window numbers, `order`; nothing is shuffled here, so
the same arguments give the same pixels, whatever runs in parallel. Put loops
over pictures into `emoaff.data.record_index.naming_damage`.
"""

import dataclasses
import os

import numpy as np
import tensorflow as tf

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.clip_pixels import convert_dtype
from emoaff.data.epoch_steps import EpochSteps
from emoaff.data.picture_reading import plan_reading
from emoaff.data.picture_reading import read_frames
from emoaff.data.picture_reading import resize
from emoaff.data.recordings import Recordings
from emoaff.data.window_labels import WindowLabels
from emoaff.data.windows import Windows

_CHUNK = 1 << 15  # frames planned at once
_TOGETHER = 64  # frames that `frame_batches` reads at once, or a record more
_PARALLEL = min(os.cpu_count() or 1, 16)


def clip_batches(
    windows: Windows,
    recordings: Recordings,
    order: np.ndarray,
    *,
    batch_size: int,
    size: int,
    targets: tuple[str, ...],
    augment=None,
    seed: tuple[int, int] = (0, 0),
    label_of: str = "frames",
    first_step: int = 0,
    drop_remainder: bool = True,
    shard: tuple[int, int] = (0, 1),
    parallel: int | None = None,
    dtype: str = "float32",
    squeeze: bool = False,
) -> tf.data.Dataset:
    """Reads windows of pictures in a given order, each wherever it lies.

    Args:
        windows: Windows of `recordings`.
        recordings: The labels, and where the pictures are.
        order: int64, the numbers of the windows as they are wanted; one may
            occur several times.
        batch_size: Windows in a batch, of all shards together.
        size: Side of the pictures in pixels.
        targets: Names of outputs, see `WindowLabels`. May be empty.
        augment: A `ClipAugmenter`, or what is called as one: `augment(clips,
            seeds)`, from uint8 `(batch, frames, height, width, 3)` and int64
            `(batch, 2)` to float32 `(batch, frames, size, size, 3)`, with an
            attribute `size`. `None` resizes only.
        seed: Two integers, such as the run's seed and the epoch. What a window
            gets also depends on its place in `order`.
        label_of: See `WindowLabels`.
        first_step: Leaves out so many batches, without reading them.
        drop_remainder: Whether to leave out a last batch that is not full.
        shard: `(i, n)` reads part `i` of each batch only, of `n` equal parts.
        parallel: Batches made at the same time, all of which are in memory.
            Defaults to the number of cores, at most 16.
        dtype: Of the pictures; `"uint8"` is rounded, and a quarter of the
            memory.
        squeeze: Whether windows of one frame lose the frames axis.

    Returns:
        A data set of `(x, y)`: `x` RGB 0-255 `(batch, frames, size, size, 3)`,
        0 in places without a frame; `y` dict of labels by target.

    Raises:
        ValueError: If arguments do not fit each other, or the corpus.
    """
    steps = EpochSteps(
        len(windows), order, batch_size, first_step, drop_remainder, shard
    )
    labels = WindowLabels(recordings, windows, targets, label_of)
    if augment is not None and augment.size != size:
        raise ValueError(
            "`augment` must make pictures of the size asked for. Received: "
            f"augment.size={augment.size}, size={size}."
        )
    if isinstance(augment, ClipAugmenter):
        augment = dataclasses.replace(augment, dtype=dtype)
    frames = windows.rows.shape[1]
    squeeze = squeeze and frames == 1
    root = (int(seed[0]) % 2**31 << 31) + int(seed[1]) % 2**31

    def plan(places):
        numbers = steps.order[places]
        rows = windows.rows[numbers]
        flat = rows.reshape(len(rows), rows.shape[1] * frames)
        reading = plan_reading(recordings, flat)
        return reading, rows, places, _squeeze_frames(labels(numbers), squeeze)

    def load(reading, rows, places, y):
        seeds = tf.stack([tf.ones_like(places) * root, places], axis=1)
        cuts = _cuts(augment, seeds, rows, recordings.picture_shape)
        x = _fill_gaps(read_frames(recordings, reading, size, cuts), rows)
        if augment is not None:
            x = augment(x, seeds, cut=False) if cuts else augment(x, seeds)
        elif x.shape[-3:-1] != (size, size):
            x = resize(x, size)
        x = _blank_gaps(convert_dtype(x, dtype), rows)
        return (x[:, 0] if squeeze else x), y

    together = max(1, _CHUNK // (frames * steps.own))
    return steps.finish(
        steps.make_data_set(plan, together).map(
            load, num_parallel_calls=parallel or _PARALLEL
        )
    )


def feature_batches(
    windows: Windows,
    recordings: Recordings,
    features: np.ndarray,
    order: np.ndarray,
    *,
    batch_size: int,
    targets: tuple[str, ...],
    label_of: str = "frames",
    first_step: int = 0,
    drop_remainder: bool = True,
    shard: tuple[int, int] = (0, 1),
    squeeze: bool = False,
    fill: float = 0.0,
) -> tf.data.Dataset:
    """Makes windows of features instead of pictures; see `clip_batches`.

    Args:
        windows: See `clip_batches`.
        recordings: See `clip_batches`.
        features: float `(n, f)`, a row for each frame of `recordings`. May be
            a memory map.
        order: See `clip_batches`.
        batch_size: See `clip_batches`.
        targets: See `clip_batches`.
        label_of: See `clip_batches`.
        first_step: See `clip_batches`.
        drop_remainder: See `clip_batches`.
        shard: See `clip_batches`.
        squeeze: See `clip_batches`.
        fill: What stands in places without a frame.

    Returns:
        A data set of `(x, y)`: `x` float32 `(batch, frames, f)`, `fill` in
        places without a frame; `y` as `clip_batches` has it.

    Raises:
        ValueError: If arguments do not fit each other, or the corpus.
    """
    if features.ndim != 2 or len(features) != len(recordings):
        raise ValueError(
            f"`features` must have a row for each of {len(recordings)} frames. "
            f"Received: features.shape={features.shape}. Compute them anew."
        )
    steps = EpochSteps(
        len(windows), order, batch_size, first_step, drop_remainder, shard
    )
    labels = WindowLabels(recordings, windows, targets, label_of)
    squeeze = squeeze and windows.rows.shape[1] == 1

    def gather(places):
        numbers = steps.order[places]
        rows = windows.rows[numbers]
        x = np.asarray(features[rows], np.float32)
        x = np.where((rows >= 0)[..., None], x, np.float32(fill))
        return _squeeze_frames((x, labels(numbers)), squeeze)

    return steps.finish(steps.make_data_set(gather, 1))


def frame_batches(
    recordings: Recordings,
    size: int,
    batch_size: int,
    first: int = 0,
    parallel: int | None = None,
) -> tf.data.Dataset:
    """Reads every frame once, in stored order.

    Args:
        recordings: Where the pictures are.
        size: Side of the pictures in pixels.
        batch_size: Frames in a batch; the last one holds what is left.
        first: Row of `recordings` to begin with.
        parallel: Records read at the same time. Defaults to the number of
            cores, at most 16.

    Returns:
        A data set of float32 `(batch, size, size, 3)`, RGB 0-255.

    Raises:
        ValueError: If there is no row `first`.
    """
    count = len(recordings)
    if not 0 <= first < count:
        raise ValueError(
            f"`first` must be a row, 0 to {count - 1}. Received: first={first}."
        )
    begins = np.flatnonzero(np.diff(recordings.record, prepend=-1))
    # The first record that begins in each stretch of so many frames.
    begins = begins[np.diff(begins // _TOGETHER, prepend=-1) > 0]
    edges = np.array([first, *begins[begins > first], count])
    rows = edges[:-1, None] + np.arange(np.diff(edges).max(initial=0))
    rows = np.where(rows < edges[1:, None], rows, -1)
    readings = tf.data.Dataset.from_tensor_slices(
        plan_reading(recordings, rows)
    )
    batches = readings.map(
        lambda reading: resize(read_frames(recordings, reading, size), size),
        num_parallel_calls=parallel or _PARALLEL,
    ).rebatch(batch_size)
    known = tf.data.experimental.assert_cardinality(
        -(-(count - first) // batch_size)
    )
    return batches.prefetch(1).apply(known)


def _squeeze_frames(values, squeeze):
    """Drops the frames axis of `(batches, windows, 1, ...)`."""
    if not squeeze:
        return values
    return tf.nest.map_structure(
        lambda v: v[:, :, 0] if v.ndim > 3 and v.shape[2] == 1 else v, values
    )


def _cuts(augment, seeds, rows, shape):
    """Plans how each picture of a batch is cut while decoded, if at all."""
    if not hasattr(augment, "cuts") or None in shape[:2]:
        return None
    cuts = augment.cuts(seeds, *shape[:2])
    if cuts is None:
        return None
    window = tf.where(rows >= 0)[:, 0]
    start, mirrored, shape = cuts
    if mirrored is not None:
        mirrored = tf.gather(mirrored, window)
    return tf.gather(start, window), mirrored, shape


def _fill_gaps(x, rows):
    """Puts pictures where rows are not -1, and repeats them in the gaps."""
    known = tf.reshape(rows >= 0, [-1])
    place = tf.cumsum(tf.cast(known, tf.int32)) - 1
    spare = [[0, 1], [0, 0], [0, 0], [0, 0]]
    x = tf.cond(
        tf.reduce_all(known),
        lambda: x,
        lambda: tf.gather(tf.pad(x, spare), tf.maximum(place, 0)),
    )
    shape = tf.concat([tf.shape(rows), tf.shape(x)[1:]], axis=0)
    return tf.ensure_shape(tf.reshape(x, shape), (*rows.shape, *x.shape[1:]))


def _blank_gaps(x, rows):
    """Zeros where rows are -1."""
    known = rows[..., None, None, None] >= 0
    return tf.cond(
        tf.reduce_all(known),
        lambda: x,
        lambda: tf.where(known, x, tf.zeros((), x.dtype)),
    )
