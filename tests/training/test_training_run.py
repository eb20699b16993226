import csv
import json
import math
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.training import Stage
from emoaff.training import checkpoint
from emoaff.training.training_run import TrainingRun
from tests.training import small_experiment
from tests.training.small_experiment import adam
from tests.training.small_experiment import experiment

ROOT = pathlib.Path(__file__).parents[2]


def run(out, lines=None, seed=0, checkpoint_s=300.0, **changes):
    keras.utils.set_random_seed(seed)
    report = [].append if lines is None else lines.append
    made = TrainingRun(
        experiment(**changes), out, report, checkpoint_s=checkpoint_s
    )
    return made, made.train()


def same_weights(a, b):
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def in_a_process(out, strategy, *flags, **environment):
    """Trains the small experiment; returns its report, or None if killed."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.training.small_experiment",
            out,
            strategy,
            *flags,
        ],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that was never stopped."""
    out = tmp_path_factory.mktemp("whole")
    made, model = run(out)
    return made, model.get_weights(), out


def test_a_run_learns_and_records_every_epoch(whole):
    made, _, out = whole
    assert [row["epoch"] for row in made.history] == [1, 2, 3, 4]
    assert made.history[-1]["mse"] < made.history[0]["mse"] / 2
    with (out / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [
        row["loss"] for row in made.history
    ]
    assert not list(out.rglob("*.unfinished"))


def test_the_recorded_loss_is_the_mean_of_the_updates(tmp_path):
    x, y = small_experiment.clips()
    still = experiment(
        stages=(Stage(1, lambda model: keras.optimizers.SGD(0.0)),),
        build=lambda: small_experiment.build(0.0),
    )
    keras.utils.set_random_seed(0)
    made = TrainingRun(still, tmp_path, [].append)
    model = made.train()
    by_hand = np.mean(np.square(np.float64(model(x)) - y))
    assert made.history[0]["loss"] == pytest.approx(by_hand, rel=1e-5)
    assert made.history[0]["mse"] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("stop_after", [3, 8, 13, 16, 31])
def test_an_interrupted_run_ends_with_the_same_weights(
    whole, tmp_path, stop_after
):
    seen = []

    def stopping(truth, predicted):
        def count():
            seen.append(1)
            if len(seen) > stop_after:
                raise KeyboardInterrupt
            return 0.0

        pause = tf.py_function(count, [], tf.float32)
        return small_experiment.loss(truth, predicted) + pause

    with pytest.raises(Exception, match="KeyboardInterrupt"):
        run(tmp_path, checkpoint_s=0.0, loss=stopping)
    lines = []
    # Another seed: nothing of the run may come from outside its checkpoint.
    made, model = run(tmp_path, lines, seed=9)
    assert lines[0].startswith("going on after epoch ")
    for x, y in zip(whole[1], model.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    columns = ("epoch", "loss", "mse")
    assert [[row[c] for c in columns] for row in made.history] == [
        [row[c] for c in columns] for row in whole[0].history
    ]


def test_a_run_killed_while_it_trains_goes_on(tmp_path):
    environment = {"STEP_S": "0.05", "CHECKPOINT_S": "0"}
    killed = in_a_process(tmp_path, "none", KILL_S="0.4", **environment)
    assert killed is None
    state = checkpoint.meta(tmp_path / "checkpoints" / "last.npz")
    assert 0 < 8 * len(state["history"]) + state["step"] < 32
    resumed = in_a_process(tmp_path, "none", **environment)
    assert resumed["lines"][0].startswith("going on after epoch ")
    _, model = run(tmp_path / "whole")
    for x, y in zip(resumed["weights"], model.get_weights(), strict=True):
        np.testing.assert_array_equal(np.float32(x), y.ravel())


@pytest.mark.slow
def test_ten_random_kills_leave_the_same_weights(tmp_path):
    draw = random.Random(0)
    environment = {"STEP_S": "0.3", "CHECKPOINT_S": "0"}
    kills = 0
    while kills < 10:
        delay = str(draw.uniform(0.0, 0.6))
        report = in_a_process(tmp_path, "none", KILL_S=delay, **environment)
        assert report is None, f"ended after {kills} kills"
        kills += 1
    resumed = in_a_process(tmp_path, "none", CHECKPOINT_S="0")
    _, model = run(tmp_path / "whole")
    for x, y in zip(resumed["weights"], model.get_weights(), strict=True):
        np.testing.assert_array_equal(np.float32(x), y.ravel())


def test_a_finished_run_is_left_as_it_is(whole, tmp_path):
    lines = []
    made, model = run(whole[2], lines)
    assert lines == ["going on after epoch 4"]
    for x, y in zip(whole[1], model.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_the_best_epoch_is_given_back(tmp_path):
    measures = iter([0.5, 0.2, 0.9, float("nan")])
    seen = []

    def validate(model):
        seen.append(model.get_weights())
        return {"mse": next(measures)}

    _, model = run(tmp_path, validate=validate)
    for x, y in zip(seen[1], model.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_a_run_stops_when_it_no_longer_improves(tmp_path):
    measures = iter([0.5, 0.9, 0.8, 0.7])
    lines = []
    made, _ = run(
        tmp_path,
        lines,
        stages=(Stage(9, adam),),
        validate=lambda model: {"ccc": next(measures)},
        monitor="ccc",
        higher_is_better=True,
        patience=2,
    )
    assert len(made.history) == 4
    assert lines[-2:] == [
        "stopping: no better ccc in 2 epochs",
        "epoch 2 of 4 is kept: ccc 0.9000 is the best",
    ]


def say_epochs(tmp_path, monitor, values, better=True):
    """What a run says of its epochs, without seconds and losses."""
    lines, left = [], iter(values)
    run(
        tmp_path,
        lines,
        stages=(Stage(len(values), adam),),
        validate=lambda model: {"ccc": next(left)},
        monitor=monitor,
        higher_is_better=better,
    )
    epochs = [line for line in lines if line.startswith("epoch")]
    return [re.sub(r"training loss [\d.]+|\d+ s\b", "_", e) for e in epochs]


def test_of_equal_epochs_the_first_is_kept_and_each_line_says_so(tmp_path):
    assert say_epochs(tmp_path, "ccc", [0.5, 0.9, 0.9, 0.1]) == [
        "epoch 1/4: _; validation ccc 0.5000; _; best ccc so far",
        "epoch 2/4: _; validation ccc 0.9000; _; best ccc so far",
        "epoch 3/4: _; validation ccc 0.9000; _; ccc as in epoch 2, the first "
        "wins",
        "epoch 4/4: _; validation ccc 0.1000; _",
        "epoch 2 of 4 is kept: ccc 0.9000 is the best, which 2 epochs have; "
        "the first counts",
    ]


def test_a_run_without_a_score_says_why_the_first_epoch_is_kept(tmp_path):
    lines = say_epochs(tmp_path, "ccc", [math.nan, math.nan])
    assert lines[-1] == "epoch 1 of 2 is kept: no epoch has a ccc"


def test_a_run_that_keeps_its_last_epoch_calls_none_the_best(tmp_path):
    lines = say_epochs(tmp_path, "epoch", [0.9, 0.1])
    assert len(lines) == 2
    assert not any("best" in line or "kept" in line for line in lines)


def test_a_stage_trains_only_what_it_leaves_free(tmp_path):
    seen = []

    def validate(model):
        seen.append([w.copy() for w in model.get_layer("memory").get_weights()])
        return {"mse": 0.0}

    stages = (
        Stage(2, adam, small_experiment.freeze),
        Stage(2, adam, small_experiment.unfreeze),
    )
    run(tmp_path, stages=stages, validate=validate)
    np.testing.assert_array_equal(seen[0][0], seen[1][0])
    assert np.abs(seen[2][0] - seen[1][0]).max() > 0


@pytest.mark.parametrize("stop_at", [2, 3])
def test_a_run_goes_on_across_stages(tmp_path, stop_at):
    stages = (
        Stage(2, adam, small_experiment.freeze),
        Stage(2, adam, small_experiment.unfreeze),
    )
    _, expected = run(tmp_path / "whole", stages=stages)
    calls = []

    def validate(model):
        calls.append(1)
        if len(calls) == stop_at + 1:
            raise KeyboardInterrupt
        return small_experiment.validate(model)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", stages=stages, validate=validate)
    _, model = run(tmp_path / "cut", stages=stages)
    same_weights(expected, model)


def test_accumulated_parts_make_the_update_of_the_whole(tmp_path):
    plain = {
        "build": lambda: small_experiment.build(0.0),
        "stages": (Stage(2, lambda model: keras.optimizers.SGD(0.1)),),
    }

    def halves(epoch, first_step, shard):
        return small_experiment.batches(epoch, first_step, shard, 4, 2)

    _, whole = run(tmp_path / "whole", **plain)
    _, parts = run(tmp_path / "parts", batches=halves, accumulate=2, **plain)
    for x, y in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_clipping_bounds_the_whole_gradient(tmp_path):
    # One update of plain descent moves by learning rate times gradient.
    def one(limit, out):
        made = experiment(
            build=lambda: small_experiment.build(0.0),
            stages=(Stage(1, lambda model: keras.optimizers.SGD(1.0)),),
            steps=1,
            clip_norm=limit,
        )
        keras.utils.set_random_seed(0)
        before = made.build().get_weights()
        keras.utils.set_random_seed(0)
        after = TrainingRun(made, out, [].append).train().get_weights()
        moved = [(a - b).ravel() for a, b in zip(after, before, strict=True)]
        return np.concatenate(moved)

    free, clipped = one(None, tmp_path / "free"), one(0.05, tmp_path / "c")
    assert np.linalg.norm(free) > 0.1
    np.testing.assert_allclose(
        clipped, free * 0.05 / np.linalg.norm(free), atol=1e-6
    )


def test_averaged_weights_are_what_is_scored_and_kept(tmp_path):
    scored = []

    def validate(model):
        scored.append(model.get_weights())
        return {"mse": -float(len(scored))}

    def averaging(model):
        return adam(model, use_ema=True, ema_momentum=0.5)

    def stepwise(model):
        return adam(model)

    plain = {"build": lambda: small_experiment.build(0.0), "steps": 1}
    run(
        tmp_path / "ema",
        stages=(Stage(3, averaging),),
        validate=validate,
        **plain,
    )
    averages, scored = scored, []
    run(
        tmp_path / "raw",
        stages=(Stage(3, stepwise),),
        validate=lambda model: (
            scored.append(model.get_weights()) or {"mse": -float(len(scored))}
        ),
        **plain,
    )
    # Keras begins the average with the weights of the first update.
    expected = np.float64(scored[0][0])
    for raw, average in zip(scored, averages, strict=True):
        expected = 0.5 * expected + 0.5 * raw[0]
        np.testing.assert_allclose(average[0], expected, atol=1e-6)


def test_a_loss_that_is_not_finite_names_the_batch(tmp_path):
    def broken(epoch, first_step, shard):
        return small_experiment.batches(epoch, first_step, shard).map(
            lambda x, y: (x, tf.where(epoch == 1, float("nan"), 1.0) * y)
        )

    with pytest.raises(
        ValueError, match=r"nan in epoch 2, step 1 \(clip 17\).*learning rate"
    ):
        run(
            tmp_path,
            batches=broken,
            describe=lambda epoch, step: f"clip {epoch * 17 + step}",
        )
    state = checkpoint.meta(tmp_path / "checkpoints" / "last.npz")
    assert len(state["history"]) == 1


def test_a_monitor_that_is_no_measure_is_named_with_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="one of mse. Received: ccc"):
        run(tmp_path, monitor="ccc")


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    checkpoint.save(
        tmp_path / "checkpoints" / "last.npz",
        [np.zeros(3)],
        {"step": 1, "loss": 0.0, "seconds": 0.0, "stage": 0, "history": []},
    )
    with pytest.raises(ValueError, match="other code or settings"):
        run(tmp_path)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_makes_nearly_the_same_updates(tmp_path, precision):
    plain = {
        "build": lambda: small_experiment.build(0.0),
        "stages": (Stage(4, lambda model: keras.optimizers.SGD(0.5)),),
        "clip_norm": 0.1,
    }
    keras.config.set_dtype_policy(precision)
    _, model = run(tmp_path / "mixed", **plain)
    assert model.get_layer("memory").compute_dtype == precision[6:]
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)
    first = small_experiment.build(0.0).get_weights()[0]
    _, reference = run(tmp_path / "float32", **plain)
    moved = np.abs(reference.get_weights()[0] - first).max()
    apart = np.abs(model.get_weights()[0] - reference.get_weights()[0]).max()
    assert apart < 0.1 * moved


def test_xla_computes_the_same(tmp_path):
    keras.utils.set_random_seed(0)
    plain = {"build": lambda: small_experiment.build(0.0), "steps": 2}
    losses = []
    for xla in (False, True):
        keras.utils.set_random_seed(0)
        made = TrainingRun(
            experiment(stages=(Stage(1, adam),), **plain),
            tmp_path / str(xla),
            [].append,
            xla=xla,
        )
        made.train()
        losses.append(made.history[0]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.fixture(scope="module")
def one_device(tmp_path_factory):
    out = tmp_path_factory.mktemp("one")
    return in_a_process(out, "none", "plain", "clip")


def assert_same_run(a, b):
    np.testing.assert_allclose(a["losses"], b["losses"], rtol=1e-5)
    for x, y in zip(a["weights"], b["weights"], strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)


def test_two_devices_train_as_one(one_device, tmp_path):
    mirrored = in_a_process(tmp_path, "mirrored", "plain", "clip")
    assert_same_run(one_device, mirrored)


def test_two_processes_train_as_one_device(one_device, tmp_path):
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("localhost", 0))
            ports.append(free.getsockname()[1])
    workers = []
    for index in range(2):
        cluster = {
            "cluster": {"worker": [f"localhost:{port}" for port in ports]},
            "task": {"type": "worker", "index": index},
        }
        workers.append(
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.training.small_experiment"),
                    *(tmp_path, "multiworker", "plain", "clip"),
                ],
                cwd=ROOT,
                env={**os.environ, "TF_CONFIG": json.dumps(cluster)},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
    for worker in workers:
        printed, _ = worker.communicate(timeout=180)
        assert worker.returncode == 0
        assert_same_run(one_device, json.loads(printed.splitlines()[-1]))
    assert (tmp_path / "history.csv").is_file()


def test_tensorboard_gets_the_measures(whole):
    event_accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs TensorBoard",
    )
    events = event_accumulator.EventAccumulator(
        str(whole[2] / "tensorboard")
    ).Reload()
    values = [
        float(tf.make_ndarray(event.tensor_proto))
        for event in events.Tensors("mse")
    ]
    np.testing.assert_allclose(
        values, [row["mse"] for row in whole[0].history], rtol=1e-6
    )
