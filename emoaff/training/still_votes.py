"""Learning the vote distributions of still pictures held in memory."""

import keras
import numpy as np
import tensorflow as tf
from scipy import special

from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.recordings import load_recordings
from emoaff.data.sampling import balanced_indices
from emoaff.data.sampling import held_out
from emoaff.data.stills import Stills
from emoaff.data.stills import load_stills
from emoaff.training.teacher import Teacher


class StillVotes:
    """The pictures of a recipe: what is drawn, changed and scored each epoch.

    Args:
        config: Settings with `dataset`, `held_out`, `stages` (pairs of epochs
            and side in pixels), `head_epochs`, `batch_size`, `balance_power`,
            `shrink` (of `FaceAugmenter`), `teacher` (a preset whose answers
            to the changed pictures are mixed into the votes, or empty),
            `teacher_share`, `teacher_temperature` and `seed`.
        data_dir: Where the corpus was built.

    Attributes:
        kept: `Stills` to learn from, each with a distribution of votes.
        tuning: `Stills` held out, each with a label.
        sides: Side of the pictures in pixels, for each epoch.
        steps: Updates of an epoch.
    """

    def __init__(self, config, data_dir):
        stills = load_stills(config.dataset, "train", data_dir)
        stills = stills.take(np.isfinite(stills.distribution).all(axis=1))
        aside = held_out(stills.images, config.held_out)
        labelled = stills.expression >= 0
        self.config = config
        self.kept: Stills = stills.take(~aside)
        self.tuning: Stills = stills.take(aside & labelled)
        self.steps = len(self.kept) // config.batch_size
        self._teacher = None
        if config.teacher:
            space = load_recordings(config.dataset, "train", data_dir).space
            self._teacher = Teacher(
                config.teacher, space, config.teacher_temperature
            )
        first = config.stages[0][1]
        self.sides = [first] * config.head_epochs + [
            side for epochs, side in config.stages for _ in range(epochs)
        ]

    def batches(self, epoch, first_step, shard):
        """See `emoaff.training.Experiment`; changed anew each epoch."""
        config, stills = self.config, self.kept
        indices = balanced_indices(
            stills.distribution.argmax(axis=1),
            self.steps * config.batch_size,
            config.balance_power,
            config.seed,
            epoch,
        )
        chosen = indices.reshape(-1, config.batch_size)[first_step:]
        part = np.array_split(chosen, shard[1], axis=1)[shard[0]]
        images = tf.constant(stills.images)
        targets = tf.constant(stills.distribution)
        augment = FaceAugmenter(self.sides[epoch], shrink=config.shrink)
        teacher, share = self._teacher, config.teacher_share
        seeds = tf.constant([config.seed, epoch])

        def batch(step, chosen):
            number = tf.cast(step, tf.int32) + first_step
            seed = tf.random.experimental.stateless_fold_in(seeds, number)
            seed = tf.random.experimental.stateless_fold_in(seed, shard[0])
            x = augment(tf.gather(images, chosen), seed)
            x = tf.repeat(x, 3 // images.shape[-1], axis=-1)
            y = tf.gather(targets, chosen)
            if teacher is not None:
                y = (1 - share) * y + share * teacher(x)
            return x, y

        return (
            tf.data.Dataset.from_tensor_slices(part)
            .enumerate()
            .map(batch, num_parallel_calls=2, deterministic=True)
            .prefetch(2)
        )

    def validate(self, model) -> dict[str, float]:
        """Scores a model of logits on the pictures held out."""
        logits = self.logits(model)
        truth = self.tuning.expression
        log_p = special.log_softmax(logits, axis=1)
        hits = logits.argmax(axis=1) == truth
        return {
            "held_out_loss": float(-log_p[np.arange(len(truth)), truth].mean()),
            "held_out_accuracy": float(hits.mean()),
            "held_out_uar": float(
                np.mean([hits[truth == c].mean() for c in np.unique(truth)])
            ),
        }

    def logits(self, model, side: int = 0):
        """Runs a model on the pictures held out; 0: the last stage's side."""
        return predict_logits(model, self.tuning.images, side or self.sides[-1])


def predict_logits(model, images, side, batch_size=128):
    """Runs a classifier on pictures, without augmentation.

    Args:
        model: From `(batch, side, side, 3)` RGB 0-255 to logits.
        images: uint8 `(n, height, width, 1 or 3)`.
        side: Side in pixels that they are resized to, bilinear.
        batch_size: Pictures per call.

    Returns:
        float32 `(n, classes)`.
    """
    parts = []
    for start in range(0, len(images), batch_size):
        x = tf.image.resize(images[start : start + batch_size], (side, side))
        x = tf.repeat(x, 3 // x.shape[-1], axis=-1)
        parts.append(model.predict_on_batch(x))
    return np.concatenate(parts)


def vote_loss(votes, logits):
    """Mean cross-entropy of vote distributions `(batch, classes)`."""
    return tf.reduce_mean(
        keras.losses.categorical_crossentropy(votes, logits, from_logits=True)
    )
