import csv
import types

import keras
import numpy as np
import pytest

from emoaff.data.stills import Stills
from emoaff.training_run import TrainingRun
from emoaff.training_run import predict_logits

CONFIG = types.SimpleNamespace(
    stages=((2, 16), (1, 24)),
    head_epochs=1,
    head_learning_rate=1e-2,
    batch_size=8,
    learning_rate=1e-2,
    warmup_steps=2,
    weight_decay=0.0,
    balance_power=0.5,
    seed=0,
)


def build(config):
    """A network of a few weights with the names a recipe's has."""
    pictures = keras.Input((None, None, 3))
    x = keras.layers.Rescaling(1 / 255)(pictures)
    x = keras.layers.Conv2D(4, 3, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    trunk = keras.Model(pictures, x, name="mobilenet_v1")
    inputs = keras.Input((None, None, 3))
    logits = keras.layers.Dense(2, name="logits")(trunk(inputs))
    return keras.Model(inputs, logits)


def stills(n, seed):
    """Dark pictures are class 0, bright ones class 1."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    low = np.where(truth, 140, 0)[:, None, None, None]
    images = rng.integers(0, 100, (n, 12, 12, 1)) + low
    return Stills(np.uint8(images), truth, np.float32(np.eye(2)[truth]))


def run(out, lines, module=types.SimpleNamespace(build=build)):  # noqa: B008
    out.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    made = TrainingRun(
        module, CONFIG, stills(80, 0), stills(30, 1), out, lines.append
    )
    return made, made.train()


def test_a_run_learns_and_records_every_epoch(tmp_path):
    lines = []
    made, model = run(tmp_path / "run", lines)
    history = made.history()
    assert [row["side"] for row in history] == [16, 16, 24]
    assert history[-1]["held_out_loss"] < history[0]["held_out_loss"]
    assert history[-1]["learning_rate"] < 1e-6  # the cosine has ended
    logits = predict_logits(model, made.tuning.images, 24)
    hits = logits.argmax(axis=1) == made.tuning.expression
    assert history[-1]["held_out_accuracy"] == pytest.approx(hits.mean())
    assert [line.split(":")[0] for line in lines] == [
        "epoch 1/3",
        "epoch 2/3",
        "epoch 3/3",
    ]


def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path):
    _, whole = run(tmp_path / "whole", [])

    class Stop(list):
        def append(self, line):
            if line.startswith("epoch 3"):
                raise KeyboardInterrupt
            super().append(line)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", Stop())
    assert sorted(p.name for p in (tmp_path / "cut/checkpoints").iterdir()) == [
        "epoch_001.keras",
        "epoch_002.keras",
    ]
    lines = []
    _, resumed = run(tmp_path / "cut", lines)
    assert lines[0] == "going on after epoch 2"
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    with (tmp_path / "cut/history.csv").open(newline="") as file:
        epochs = [row["epoch"] for row in csv.DictReader(file)]
    assert epochs == ["1", "2", "3"]


def test_only_the_head_learns_at_first(tmp_path):
    seen = {}

    class Watched(TrainingRun):
        def _compile(self, model):
            seen["after_head"] = model.get_weights()
            super()._compile(model)

    keras.utils.set_random_seed(0)
    fresh = build(CONFIG).get_weights()
    (tmp_path / "run").mkdir()
    keras.utils.set_random_seed(0)
    module = types.SimpleNamespace(build=build)
    Watched(
        module, CONFIG, stills(80, 0), stills(30, 1), tmp_path / "run", print
    ).train()
    kernel, bias, head, _ = (
        np.abs(a - b).max()
        for a, b in zip(fresh, seen["after_head"], strict=True)
    )
    assert kernel == bias == 0
    assert head > 0


def test_logits_do_not_depend_on_the_batch_size():
    model = build(CONFIG)
    images = stills(7, 2).images
    np.testing.assert_allclose(
        predict_logits(model, images, 20, batch_size=2),
        predict_logits(model, images, 20),
        atol=1e-5,
    )
