import csv
import time

import keras
import numpy as np
import tensorflow as tf
from scipy import special

from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.sampling import balanced_indices
from emoaff.progress import Progress

_COLUMNS = (
    "epoch",
    "side",
    "learning_rate",
    "loss",
    "held_out_loss",
    "held_out_accuracy",
    "held_out_uar",
    "seconds",
)


class TrainingRun:
    """Trains the classifier of a still-picture recipe, an epoch at a time.

    A run is a pure function of its settings and corpus: each epoch draws its
    pictures and their changes from the seed and its own number. After each
    epoch the model and its optimizer are saved, so an interrupted run goes on
    where it was.

    Args:
        module: The recipe, with `build(config)`.
        config: Its settings.
        kept: `Stills` to learn from, each with a distribution of votes.
        tuning: `Stills` held out, each with a label.
        out: Folder of the run; `checkpoints/` and `history.csv` go there.
        report: Called with a line after each epoch.

    Attributes:
        sides: Side of the pictures in pixels, for each epoch.
    """

    def __init__(self, module, config, kept, tuning, out, report):
        self.module, self.config = module, config
        self.kept, self.tuning = kept, tuning
        self.out, self.report = out, report
        self.steps = len(kept) // config.batch_size
        self.sides = [
            side for epochs, side in config.stages for _ in range(epochs)
        ]
        (out / "checkpoints").mkdir(exist_ok=True)

    def train(self):
        """Trains until the last epoch; returns the model, with logits."""
        model, start = self._start()
        for epoch in range(start, len(self.sides)):
            began = time.monotonic()
            loss = model.fit(
                self._batches(epoch, self.sides[epoch]),
                epochs=1,
                shuffle=False,
                verbose=0,
                callbacks=[_Progress(epoch, self)],
            ).history["loss"][0]
            self._record(model, epoch, loss, began)
            self._save(model, epoch)
        return model

    def history(self):
        """The rows of `history.csv`, as numbers by column name."""
        with (self.out / "history.csv").open(newline="") as lines:
            return [
                {name: float(value) for name, value in row.items()}
                for row in csv.DictReader(lines)
            ]

    def _start(self):
        """The model to go on with and the number of its finished epochs."""
        found = sorted((self.out / "checkpoints").glob("epoch_*.keras"))
        if found:
            epoch = int(found[-1].stem.removeprefix("epoch_"))
            self.report(f"going on after epoch {epoch}")
            return keras.saving.load_model(found[-1]), epoch
        model = self.module.build(self.config)
        self._warm_head(model)
        self._compile(model)
        return model, 0

    def _warm_head(self, model):
        trunk = model.get_layer("mobilenet_v1")
        trunk.trainable = False
        model.compile(
            keras.optimizers.Adam(self.config.head_learning_rate), _loss()
        )
        for k in range(self.config.head_epochs):
            # Epochs before the first have negative numbers: draws of their own.
            epoch = k - self.config.head_epochs
            model.fit(
                self._batches(epoch, self.sides[0]),
                epochs=1,
                shuffle=False,
                verbose=0,
                callbacks=[_Progress(epoch, self)],
            )
        trunk.trainable = True

    def _compile(self, model):
        config, total = self.config, self.steps * len(self.sides)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0,
            decay_steps=total - config.warmup_steps,
            warmup_target=config.learning_rate,
            warmup_steps=config.warmup_steps,
        )
        optimizer = keras.optimizers.AdamW(
            rate, weight_decay=config.weight_decay, clipnorm=1.0
        )
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        model.compile(optimizer, _loss())

    def _batches(self, epoch, side):
        """One epoch of augmented batches, the same for the same epoch."""
        config, stills = self.config, self.kept
        count = self.steps * config.batch_size
        indices = balanced_indices(
            stills.distribution.argmax(axis=1),
            count,
            config.balance_power,
            config.seed,
            epoch + config.head_epochs,
        )
        images = tf.constant(stills.images)
        targets = tf.constant(stills.distribution)
        augment = FaceAugmenter(size=side)
        seeds = tf.constant([config.seed, epoch + config.head_epochs])

        def batch(step, chosen):
            seed = tf.random.experimental.stateless_fold_in(seeds, step)
            x = augment(tf.gather(images, chosen), seed)
            x = tf.repeat(x, 3 // images.shape[-1], axis=-1)
            return x, tf.gather(targets, chosen)

        chosen = tf.data.Dataset.from_tensor_slices(indices)
        chosen = chosen.batch(config.batch_size, drop_remainder=True)
        batches = chosen.enumerate().map(
            lambda step, c: batch(tf.cast(step, tf.int32), c),
            num_parallel_calls=2,
            deterministic=True,
        )
        return batches.prefetch(2)

    def _record(self, model, epoch, loss, began):
        logits = predict_logits(model, self.tuning.images, self.sides[epoch])
        truth = self.tuning.expression
        predicted = logits.argmax(axis=1)
        log_p = special.log_softmax(logits, axis=1)
        hits = predicted == truth
        row = (
            epoch + 1,
            self.sides[epoch],
            float(model.optimizer.learning_rate),
            loss,
            -log_p[np.arange(len(truth)), truth].mean(),
            hits.mean(),
            np.mean([hits[truth == c].mean() for c in np.unique(truth)]),
            time.monotonic() - began,
        )
        path = self.out / "history.csv"
        rows = []
        if path.is_file():
            with path.open(newline="") as lines:
                rows = list(csv.reader(lines))[1 : epoch + 1]
        with path.open("w", newline="") as lines:
            csv.writer(lines).writerows([_COLUMNS, *rows, row])
        self.report(
            f"epoch {epoch + 1}/{len(self.sides)}: loss {loss:.4f}, held out "
            f"accuracy {row[5]:.4f}, UAR {row[6]:.4f}, {row[7]:.0f} s"
        )

    def _save(self, model, epoch):
        folder = self.out / "checkpoints"
        half = folder / "unfinished.keras"
        model.save(half)
        half.replace(folder / f"epoch_{epoch + 1:03d}.keras")
        for old in sorted(folder.glob("epoch_*.keras"))[:-2]:
            old.unlink()


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


def _loss():
    return keras.losses.CategoricalCrossentropy(from_logits=True)


class _Progress(keras.callbacks.Callback):
    """Shows rate and time left of one epoch."""

    def __init__(self, epoch, run):
        super().__init__()
        self._progress = Progress(
            f"epoch {epoch + 1}/{len(run.sides)}", "pictures", every_s=20.0
        )
        self._batch_size, self._steps = run.config.batch_size, run.steps

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1
        self._progress.update(done * self._batch_size, done / self._steps)

    def on_train_end(self, logs=None):
        self._progress.close()
