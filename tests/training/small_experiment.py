"""An experiment that trains in a second: running sums of small sequences."""

import json
import os
import pathlib
import signal
import sys
import threading
import time

import keras
import numpy as np
import tensorflow as tf

from emoaff.training import Experiment
from emoaff.training import Stage

FRAMES, FEATURES, CLIPS, BATCH = 6, 4, 64, 8


def clips():
    """Sequences and a target that depends on their past."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(CLIPS, FRAMES, FEATURES)).astype("float32")
    y = np.cumsum(x[..., :2], axis=1) / 3
    return x, np.float32(y)


def build(dropout=0.2):
    inputs = keras.Input((FRAMES, FEATURES))
    x = keras.layers.LSTM(6, return_sequences=True, name="memory")(inputs)
    x = keras.layers.Dropout(dropout, seed=3)(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="head")(x))


def batches(epoch, first_step, shard, batch=BATCH, accumulate=1):
    """The shuffled clips of an epoch, whole batches only."""
    x, y = clips()
    order = np.random.default_rng((1, epoch)).permutation(CLIPS)
    order = order.reshape(-1, batch)[first_step * accumulate :]
    i, n = shard
    order = order[:, i * batch // n : (i + 1) * batch // n]
    pairs = tf.data.Dataset.from_tensor_slices((x[order], y[order]))
    pause = float(os.environ.get("STEP_S", 0))
    if not pause:
        return pairs

    def slowly():
        for pair in pairs:
            time.sleep(pause)
            yield pair

    return tf.data.Dataset.from_generator(
        slowly, output_signature=pairs.element_spec
    )


def loss(truth, predicted):
    return tf.reduce_mean(tf.square(truth - tf.cast(predicted, tf.float32)))


def validate(model):
    x, y = clips()
    return {"mse": float(loss(y, model(x, training=False)))}


def freeze(model):
    model.get_layer("memory").trainable = False


def unfreeze(model):
    model.get_layer("memory").trainable = True


def adam(model, **arguments):
    return keras.optimizers.Adam(0.02, **arguments)


def experiment(**changes):
    """An experiment of 4 epochs of 8 updates, with what `changes` says."""
    made = {
        "build": build,
        "stages": (Stage(4, adam),),
        "loss": loss,
        "batches": batches,
        "steps": CLIPS // BATCH,
        "validate": validate,
        "monitor": "mse",
        "publish": lambda model, history, folder: folder,
        "higher_is_better": False,
        **changes,
    }
    return Experiment(**made)


def kill_soon(out):
    """Kills this process some time after the run saved something new."""
    last = pathlib.Path(out, "checkpoints", "last.npz")

    def saved():
        return last.stat().st_mtime_ns if last.is_file() else None

    before = saved()
    while saved() == before:
        time.sleep(0.01)
    time.sleep(float(os.environ["KILL_S"]))
    os.kill(os.getpid(), signal.SIGKILL)


def main(out, strategy, *flags):
    """Trains in a process of its own: `python small_experiment.py OUT NAME`.

    Prints the losses of the epochs and the weights as JSON. The flag `plain`
    leaves dropout out, `clip` clips gradients. Of the environment,
    `CHECKPOINT_S` is the time between checkpoints, `STEP_S` the least time of
    a step, and `KILL_S` when the process kills itself, after it saved
    something.
    """
    if strategy == "mirrored":
        (device,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(
            device, [tf.config.LogicalDeviceConfiguration()] * 2
        )
    from emoaff.training.training_run import TrainingRun
    from emoaff.training.training_step import make_strategy

    made = make_strategy(strategy)
    keras.utils.set_random_seed(0)
    lines = []
    if "KILL_S" in os.environ:
        killer = threading.Thread(target=kill_soon, args=(out,), daemon=True)
        killer.start()
    changes = {"build": lambda: build(0.0)} if "plain" in flags else {}
    if "clip" in flags:
        changes["clip_norm"] = 0.1
    run = TrainingRun(
        experiment(**changes),
        pathlib.Path(out),
        lines.append,
        made,
        checkpoint_s=float(os.environ.get("CHECKPOINT_S", 300)),
    )
    model = run.train()
    weights = [w.ravel().tolist() for w in model.get_weights()]
    losses = [row["loss"] for row in run.history]
    report = {"losses": losses, "weights": weights, "lines": lines}
    print(json.dumps(report), flush=True)
    # Not the killer's turn any more.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
