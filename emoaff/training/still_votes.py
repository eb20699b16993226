"""Learning the vote distributions of still pictures held in memory."""

import dataclasses
import pathlib

import keras
import numpy as np
import tensorflow as tf
from scipy import special

from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.recordings import load_recordings
from emoaff.data.sampling import draw_balanced_indices
from emoaff.data.sampling import held_out
from emoaff.data.stills import Stills
from emoaff.data.stills import load_stills
from emoaff.training.teacher import Teacher

# Settings that `FaceAugmenter` takes by the same name.
AUGMENTATION = (
    "shrink",
    "zoom",
    "rotation",
    "stretch",
    "blur",
    "cover",
    "dim",
    "surround",
    "source_blur",
)
_CHANGED_AT_ONCE = 256


class StillVotes:
    """The pictures of a recipe: what is drawn, changed and scored each epoch.

    Args:
        config: Settings with `dataset`, `held_out`, `stages` (pairs of epochs
            and side in pixels), `head_epochs`, `batch_size`, `balance_power`,
            `shrink` and the other `AUGMENTATION` (of `FaceAugmenter`),
            `teacher` (a preset whose answers are mixed into the votes, or
            several, comma between, whose answers are averaged, or empty),
            `teacher_sees` (`"changed"` pictures, or the `"stored"` ones and
            their mirror images, asked once), `teacher_share`,
            `teacher_temperature`, `prior_strength` (see `loss`) and `seed`.
        data_dir: Where the corpus was built.
        answers: File where answers to stored pictures are kept and found
            again, or `None`.

    Attributes:
        kept: `Stills` to learn from, each with a distribution of votes.
        tuning: `Stills` held out, each with a label.
        sides: Side of the pictures in pixels, for each epoch.
        steps: Updates of an epoch.
    """

    def __init__(self, config, data_dir, answers=None):
        stills = load_stills(config.dataset, "train", data_dir)
        stills = stills.take(np.isfinite(stills.distribution).all(axis=1))
        aside = held_out(stills.images, config.held_out)
        labelled = stills.expression >= 0
        self.config = config
        self.kept: Stills = stills.take(~aside)
        self.tuning: Stills = stills.take(aside & labelled)
        self.steps = len(self.kept) // config.batch_size
        self._teachers, self._targets = [], self.kept.distribution
        self._log_shares = np.log(_floored_shares(self.kept.distribution))
        if config.teacher_sees not in ("changed", "stored"):
            raise ValueError(
                "Expected teacher_sees=changed or stored. Received: "
                f"{config.teacher_sees!r}. Choose one of them."
            )
        if config.teacher:
            space = load_recordings(config.dataset, "train", data_dir).space
            self._teachers = [
                Teacher(name, space, config.teacher_temperature)
                for name in config.teacher.split(",")
            ]
        if self._teachers and config.teacher_sees == "stored":
            share = config.teacher_share
            told = self._answers_to_stored(answers)
            self._targets = (1 - share) * self._targets + share * told
            self._teachers = []
        first = config.stages[0][1]
        self.sides = [first] * config.head_epochs + [
            side for epochs, side in config.stages for _ in range(epochs)
        ]

    def _answers_to_stored(self, file):
        """The teachers' mean answer to each picture to learn from."""
        if file is not None and pathlib.Path(file).is_file():
            told = np.load(file)
            if told.shape == self._targets.shape:
                return told
        images = self.kept.images
        told = np.mean([t.answer(images) for t in self._teachers], axis=0)
        if file is not None:
            np.save(file, told)
        return told

    def batches(self, epoch, first_step, shard):
        """See `emoaff.training.Experiment`; changed anew each epoch."""
        config, stills = self.config, self.kept
        indices = draw_balanced_indices(
            stills.distribution.argmax(axis=1),
            self.steps * config.batch_size,
            config.balance_power,
            config.seed,
            epoch,
        )
        chosen = indices.reshape(-1, config.batch_size)[first_step:]
        part = np.array_split(chosen, shard[1], axis=1)[shard[0]]
        images = tf.constant(stills.images)
        targets = tf.constant(self._targets)
        augment = self._augmenter(self.sides[epoch])
        teachers, share = self._teachers, config.teacher_share
        seeds = tf.constant([config.seed, epoch])

        def batch(step, chosen):
            number = tf.cast(step, tf.int32) + first_step
            seed = tf.random.experimental.stateless_fold_in(seeds, number)
            seed = tf.random.experimental.stateless_fold_in(seed, shard[0])
            x = augment(tf.gather(images, chosen), seed)
            x = tf.repeat(x, 3 // images.shape[-1], axis=-1)
            y = tf.gather(targets, chosen)
            if teachers:
                told = sum(teacher(x) for teacher in teachers) / len(teachers)
                y = (1 - share) * y + share * told
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
        logits = logits + self.config.prior_strength * self._log_shares
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

    def loss(self, votes, logits):
        """Computes `compute_vote_loss`, less a part of the class shares.

        `config.prior_strength` times the logarithm of the shares of all votes
        is added to the logits first. The model's own logits are then, at
        strength 1, those of classes that are equally likely.

        References:
            - [Menon et al., 2021](https://arxiv.org/abs/2007.07314)
        """
        strength = self.config.prior_strength
        return compute_vote_loss(
            votes, logits + np.float32(strength * self._log_shares)
        )

    def logits(self, model, side: int = 0):
        """Runs a model on the pictures held out; 0: the last stage's side."""
        return predict_logits(model, self.tuning.images, side or self.sides[-1])

    def changed_logits(self, model, size: int, side: int = 0):
        """Runs a model on the pictures held out, changed as in training.

        Each is changed once, always alike, without noise.

        Args:
            model: Of logits.
            size: Side in pixels of the changed pictures, a preset's crops.
            side: Side that these are resized to; 0 for the last stage's.

        Returns:
            float32 `(n, classes)`, in the order of `tuning`.
        """
        augment = dataclasses.replace(self._augmenter(size), noise=0.0)
        images, parts = self.tuning.images, []
        for start in range(0, len(images), _CHANGED_AT_ONCE):
            some = images[start : start + _CHANGED_AT_ONCE]
            changed = augment(some, tf.constant([self.config.seed, start]))
            parts.append(tf.round(changed).numpy())
        return predict_logits(
            model, np.concatenate(parts), side or self.sides[-1]
        )

    def _augmenter(self, size):
        settings = {name: getattr(self.config, name) for name in AUGMENTATION}
        return FaceAugmenter(size, **settings)


def predict_logits(model, images, side, batch_size=128):
    """Runs a classifier on pictures, without augmentation.

    Args:
        model: From `(batch, side, side, 3)` RGB 0-255 to logits.
        images: `(n, height, width, 1 or 3)`, 0-255.
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


def compute_vote_loss(votes, logits):
    """Mean cross-entropy of vote distributions `(batch, classes)`."""
    return tf.reduce_mean(
        keras.losses.categorical_crossentropy(votes, logits, from_logits=True)
    )


def _floored_shares(distribution):
    """Share of each class in all votes, at least half a picture's."""
    total = np.maximum(np.float64(distribution).sum(axis=0), 0.5)
    return total / total.sum()
