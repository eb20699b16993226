"""Runs a recipe: from a built corpus to a preset folder, resumable."""

import csv
import dataclasses
import json
import os
import pathlib
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from emoaff import recipes
from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.sampling import balanced_indices
from emoaff.data.sampling import held_out
from emoaff.data.stills import Stills
from emoaff.data.stills import load_stills
from emoaff.layers import Greyscale
from emoaff.models.mobilenet_v1 import build_mobilenet_v1

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


def train(
    recipe: str,
    data_dir: str | os.PathLike,
    out: str | os.PathLike,
    overrides: dict[str, str] | None = None,
    resume: bool = False,
    report=print,
) -> pathlib.Path:
    """Trains a recipe and writes its preset.

    `out` gets `config.json` (the recipe with its overrides), `history.csv`
    (a row per epoch), `checkpoints/` (after each epoch, the last two kept) and
    `preset/`.

    Args:
        recipe: Name of a recipe.
        data_dir: Where the recipe's corpus was built.
        out: Folder of the run.
        overrides: Values of the recipe's `Config` to use instead, as text.
        resume: Whether to go on with the run in `out`, with its own config.
        report: Called with each line of progress.

    Returns:
        The preset folder, `out/preset`.

    Raises:
        ValueError: For an unknown recipe or setting, or an `out` that holds
            something and `resume` is false.
        FileNotFoundError: If the corpus or the initial weights are missing.
    """
    module = recipes.load(recipe)
    out = pathlib.Path(out)
    config = _open_run(module.Config, out, overrides or {}, resume)
    keras.utils.set_random_seed(config.seed)
    kept, tuning = _read(config, data_dir)
    report(f"{len(kept)} pictures to train on, {len(tuning)} held out")
    run = _Run(config, kept, tuning, out, report)
    run.train()
    preset = out / "preset"
    return preset


def _open_run(config_class, out, overrides, resume):
    """Creates the run's folder, or reads the config of the one there."""
    path = out / "config.json"
    if resume and path.is_file():
        if overrides:
            raise ValueError(
                "A resumed run keeps its settings. Received: --resume with "
                f"{sorted(overrides)}. Drop one of the two."
            )
        return config_class(**json.loads(path.read_text()))
    if out.exists() and any(out.iterdir()):
        raise ValueError(
            f"Expected an empty or new folder for the run. {out} holds files. "
            "Choose another, or go on with that run by --resume."
        )
    config = parse_overrides(config_class, overrides)
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(config), indent=2) + "\n")
    return config


def parse_overrides(config_class, overrides: dict[str, str]):
    """Builds a config from texts such as `{"seed": "3"}`.

    Text fields take the text as it is; every other field takes JSON.

    Raises:
        ValueError: For an unknown name or a value of another type.
    """
    defaults = config_class()
    values = {}
    for name, text in overrides.items():
        if not hasattr(defaults, name):
            known = ", ".join(f.name for f in dataclasses.fields(defaults))
            raise ValueError(f"No setting {name!r}. Expected one of: {known}.")
        default = getattr(defaults, name)
        if isinstance(default, str):
            values[name] = text
            continue
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = None
        if isinstance(default, float) and isinstance(value, int):
            value = float(value)
        if not isinstance(
            value, list if type(default) is tuple else type(default)
        ):
            raise ValueError(
                f"Expected a value like {json.dumps(default)} for {name}. "
                f"Received: {name}={text}."
            )
        values[name] = value
    return config_class(**values)


def _read(config, data_dir):
    """The pictures to learn from, and those held out."""
    stills = load_stills(config.dataset, "train", data_dir)
    stills = stills.take(np.isfinite(stills.distribution).all(axis=1))
    aside = held_out(stills.images, config.held_out)
    labelled = stills.expression >= 0
    return stills.take(~aside), stills.take(aside & labelled)


class _Run:
    """The state of one training run."""

    def __init__(self, config, kept: Stills, tuning: Stills, out, report):
        self.config, self.kept, self.tuning = config, kept, tuning
        self.out, self.report = out, report
        self.steps = len(kept) // config.batch_size
        self.sides = [
            side for epochs, side in config.stages for _ in range(epochs)
        ]
        (out / "checkpoints").mkdir(exist_ok=True)

    def train(self):
        model, start = self._start()
        for epoch in range(start, len(self.sides)):
            began = time.monotonic()
            loss = model.fit(
                self._batches(epoch, self.sides[epoch]),
                epochs=1,
                verbose=0,
                callbacks=[_Progress(epoch, self)],
            ).history["loss"][0]
            self._record(model, epoch, loss, began)
            self._save(model, epoch)

    def _start(self):
        """The model to go on with and the number of its finished epochs."""
        found = sorted((self.out / "checkpoints").glob("epoch_*.keras"))
        if found:
            epoch = int(found[-1].stem.removeprefix("epoch_"))
            self.report(f"going on after epoch {epoch}")
            return keras.saving.load_model(found[-1]), epoch
        model = build_classifier(self.config, self.kept.distribution.shape[1])
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
        log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
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


def build_classifier(config, classes):
    """The recipe's network: `(b, h, w, 3)` RGB 0-255 to `(b, classes)` logits.

    Height and width are free.
    """
    inputs = keras.Input((None, None, 3), name="image")
    trunk = build_mobilenet_v1()
    if config.initial_weights:
        if not pathlib.Path(config.initial_weights).is_file():
            raise FileNotFoundError(
                "Expected the file of the first weights. Received: "
                f"initial_weights={config.initial_weights}. Give its path, or "
                "nothing to start from random weights."
            )
        trunk.load_weights(config.initial_weights)
    x = Greyscale(name="greyscale")(inputs)
    x = layers.Dropout(config.dropout, name="dropout")(trunk(x))
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(inputs, logits, name="classifier")


def predict_logits(model, images, side, batch_size=128):
    """Logits of pictures resized to `side`, without augmentation."""
    parts = []
    for start in range(0, len(images), batch_size):
        x = tf.image.resize(images[start : start + batch_size], (side, side))
        x = tf.repeat(x, 3 // x.shape[-1], axis=-1)
        parts.append(model.predict_on_batch(x))
    return np.concatenate(parts)


def _loss():
    return keras.losses.CategoricalCrossentropy(from_logits=True)


class _Progress(keras.callbacks.Callback):
    """Reports rate and time left every so many seconds."""

    def __init__(self, epoch, run, every=20.0):
        super().__init__()
        self._epoch, self._run, self._every = epoch, run, every

    def on_epoch_begin(self, epoch, logs=None):
        self._began = self._last = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        if now - self._last < self._every:
            return
        self._last = now
        done, run = batch + 1, self._run
        rate = done * run.config.batch_size / (now - self._began)
        left = (run.steps - done) * run.config.batch_size / rate
        run.report(
            f"epoch {self._epoch + 1}/{len(run.sides)}: step {done}/"
            f"{run.steps}, loss {logs['loss']:.4f}, {rate:.0f} pictures/s, "
            f"{left:.0f} s left in this epoch"
        )
