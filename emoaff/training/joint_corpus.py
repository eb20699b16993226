"""What one corpus of several gives to a training of several heads."""

import dataclasses

import numpy as np
import tensorflow as tf

from emoaff import labels
from emoaff.data.clips import clip_batches
from emoaff.data.recordings import Recordings
from emoaff.data.sampling import draw_epoch_order
from emoaff.data.stored_pictures import stored_pictures
from emoaff.data.windows import Windows
from emoaff.presets import Preset

_PICTURES = 64  # at once


@dataclasses.dataclass(frozen=True, eq=False)
class JointCorpus:
    """Single frames of one corpus, with labels for each head.

    Args:
        name: Of the corpus.
        training: Frames to learn from.
        validation: Frames to measure on.
        tables: Head to float32 `(n, c)`, the labels of the training frames:
            `valence_arousal` in [-1, 1], and `expression` as shares of
            classes. NaN where a frame has none; all NaN for a head that the
            corpus has no labels for.
        truth: The same of the validation frames, by the corpus's own labels.
    """

    name: str
    training: Recordings
    validation: Recordings
    tables: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]

    @property
    def usable(self) -> np.ndarray:
        """Rows of training frames with a label of any head."""
        known = [np.isfinite(t).all(axis=1) for t in self.tables.values()]
        return np.flatnonzero(np.any(known, axis=0))

    def batches(
        self, size, side, seed, epoch, steps, first, shard, augment=None
    ) -> tf.data.Dataset:
        """Makes its part of each batch of an epoch.

        Args:
            size: Frames of it in a batch.
            side: Of the pictures, in pixels.
            seed: Of the order.
            epoch: 0-based.
            steps: Batches of an epoch.
            first: Batches to leave out.
            shard: See `emoaff.data.clips.clip_batches`.
            augment: See there.

        Returns:
            A data set of pictures and labels by head.
        """
        rows = self.usable
        rounds = -(-steps * size // len(rows))
        order = np.concatenate(
            [
                draw_epoch_order(len(rows), seed, epoch * rounds + k)
                for k in range(rounds)
            ]
        )[: steps * size]
        windows = Windows(rows[:, np.newaxis], self.training.recording[rows])
        images = clip_batches(
            windows,
            self.training,
            order,
            batch_size=size,
            size=side,
            targets=(),
            augment=augment,
            seed=(seed, epoch),
            first_step=first,
            shard=shard,
            squeeze=True,
        )
        part, parts = shard
        drawn = rows[order].reshape(steps, size)[first:]
        drawn = drawn[:, part * size // parts : (part + 1) * size // parts]
        answers = tf.data.Dataset.from_tensor_slices(
            {head: table[drawn] for head, table in self.tables.items()}
        )
        pairs = tf.data.Dataset.zip((images, answers))
        return pairs.map(lambda image, answer: (image[0], answer))


def make_tables(
    recordings: Recordings,
    heads,
    space: labels.LabelSpace,
    merge=None,
    teacher: Preset | None = None,
) -> dict[str, np.ndarray]:
    """Reads the labels of frames for each head.

    Args:
        recordings: The frames.
        heads: Names of heads.
        space: Label space of the head `expression`.
        merge: See `emoaff.labels.make_mapping`.
        teacher: Whose answers are the votes of a corpus without classes;
            `None` for none.

    Returns:
        Head to float32 `(n, c)`, see `JointCorpus`.
    """
    made = {}
    for head in heads:
        if head == "valence_arousal":
            pair = [recordings.valence, recordings.arousal]
            made[head] = np.float32(np.stack(pair, axis=1))
        else:
            made[head] = _make_votes(recordings, space, merge, teacher)
    return made


def _make_votes(recordings, space, merge, teacher):
    nothing = np.full((len(recordings), len(space)), np.nan, np.float32)
    own = recordings.space
    if own is None and teacher is None:
        return nothing
    if own is None:
        rows = [
            teacher.predict(list(pictures))["expression"]
            for pictures in stored_pictures(recordings, teacher.size, _PICTURES)
        ]
        mapping = labels.make_mapping(teacher.labels, space)
        return np.float32(mapping.map_probabilities(np.concatenate(rows)))
    mapping = labels.make_mapping(own, space, merge)
    if recordings.distribution is not None:
        return np.float32(mapping.map_probabilities(recordings.distribution))
    index = mapping.map_indices(recordings.expression)
    table = np.concatenate([np.eye(len(space)), nothing[:1]])
    return np.float32(table[index])
