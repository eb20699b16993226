"""Images of a corpus in memory, as they are stored.

What is public here:

    read_stored_images(recordings) -> uint8 (n, height, width, channels)
    image_batches(windows, recordings, images, order, *, batch_size, targets,
        first_step=0, drop_remainder=True, shard=(0, 1)) -> tf.data.Dataset
"""

import numpy as np
import tensorflow as tf

from emoaff.data.epoch_steps import EpochSteps
from emoaff.data.picture_reading import plan_reading
from emoaff.data.picture_reading import read_frames
from emoaff.data.record_index import naming_damage
from emoaff.data.recordings import Recordings
from emoaff.data.window_labels import WindowLabels
from emoaff.data.windows import Windows

_TOGETHER = 256  # images read at once


def read_stored_images(recordings: Recordings) -> np.ndarray:
    """Reads every frame, in stored order and at its stored size.

    Args:
        recordings: n frames.

    Returns:
        uint8 `(n, height, width, channels)`, 0-255; 1 channel where the corpus
        is stored in grey, else RGB.

    Raises:
        ValueError: If stored sizes differ, or a file is damaged.
    """
    height, width, channels = recordings.picture_shape
    if height is None or width is None:
        raise ValueError(
            "Expected a corpus of images of one size to keep in memory. "
            f"Received: {recordings.dataset}, whose sizes differ. Leave "
            "data.in_memory at false."
        )
    count = len(recordings)
    rows = np.full(-(-count // _TOGETHER) * _TOGETHER, -1)
    rows[:count] = np.arange(count)
    readings = tf.data.Dataset.from_tensor_slices(
        plan_reading(recordings, rows.reshape(-1, _TOGETHER))
    )
    # Grey images are decoded to three equal channels.
    kept = 1 if channels == 1 else 3
    parts = readings.map(
        lambda reading: read_frames(recordings, reading, height)[..., :kept],
        num_parallel_calls=2,
    )
    with naming_damage(recordings):
        return np.concatenate(list(parts.as_numpy_iterator()))


def image_batches(
    windows: Windows,
    recordings: Recordings,
    images: np.ndarray,
    order: np.ndarray,
    *,
    batch_size: int,
    targets: tuple[str, ...],
    first_step: int = 0,
    drop_remainder: bool = True,
    shard: tuple[int, int] = (0, 1),
) -> tf.data.Dataset:
    """Makes batches of images as they are stored.

    Args:
        windows: Windows of one frame, of `recordings`.
        recordings: The labels.
        images: `(n, height, width, channels)`, one for each frame of
            `recordings`.
        order: See `emoaff.data.clips.clip_batches`, as for the others.
        batch_size: Images in a batch, of all shards together.
        targets: Names of outputs, see `WindowLabels`.
        first_step: Leaves out so many batches.
        drop_remainder: Whether to leave out a last batch that is not full.
        shard: `(i, n)` takes part `i` of each batch only, of `n` equal parts.

    Returns:
        A data set of `(x, y)`: `x` `(batch, height, width, channels)`, of the
        dtype of `images`; `y` dict of labels by target, `(batch, c)`.
    """
    steps = EpochSteps(
        len(windows), order, batch_size, first_step, drop_remainder, shard
    )
    labels = WindowLabels(recordings, windows, targets)

    def gather(places):
        numbers = steps.order[places]
        x = images[windows.rows[numbers][..., 0]]
        return x, {name: y[:, :, 0] for name, y in labels(numbers).items()}

    return steps.finish(steps.make_data_set(gather, 1))
