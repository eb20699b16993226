import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.layers import Framewise
from emoaff.models import build_cnn_lstm
from emoaff.training import BatchNormReestimation
from emoaff.training import Experiment
from emoaff.training import Stage
from emoaff.training import reestimate_batch_norm
from emoaff.training.training_run import TrainingRun

CLIPS, FRAMES, SIDE, BATCH = 24, 5, 8, 4


def clips():
    rng = np.random.default_rng(0)
    # Every clip has a brightness of its own, as people's rooms have.
    light = rng.uniform(20, 200, (CLIPS, 1, 1, 1, 1))
    x = light + rng.normal(0, 10, (CLIPS, FRAMES, SIDE, SIDE, 3))
    y = rng.normal(size=(CLIPS, FRAMES, 2))
    return np.float32(x), np.float32(y)


def batches(size=BATCH):
    return tf.data.Dataset.from_tensor_slices(clips()).batch(size)


def encoder(dropout=0.0):
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Conv2D(4, 3, name="conv_1"),
            keras.layers.BatchNormalization(name="norm_1"),
            keras.layers.Dropout(dropout, name="dropout"),
            keras.layers.Conv2D(5, 3, activation="relu", name="conv_2"),
            keras.layers.BatchNormalization(name="norm_2"),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )


def model_of(inner, layer=Framewise):
    inputs = keras.Input((FRAMES, SIDE, SIDE, 3))
    x = layer(inner, name="backbone")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(x))


def moments(x):
    """Mean and population variance of each channel, in float64."""
    x = np.float64(x).reshape(-1, x.shape[-1])
    return x.mean(axis=0), x.var(axis=0)


def assert_averages(norm, expected, **tolerance):
    for variable, value in zip(
        (norm.moving_mean, norm.moving_variance), expected, strict=True
    ):
        np.testing.assert_allclose(variable, value, **tolerance)


def true_moments(inner, size=BATCH):
    """What reaches both batch norms of `encoder`, by NumPy."""
    first, second = [], []
    conv_1, norm_1 = inner.get_layer("conv_1"), inner.get_layer("norm_1")
    for x, _ in batches(size):
        a = np.float64(conv_1(tf.reshape(x, (-1, SIDE, SIDE, 3))))
        first.append(a)
        mean, variance = moments(a)
        normal = (a - mean) / np.sqrt(variance + norm_1.epsilon)
        scaled = normal * norm_1.gamma.numpy() + norm_1.beta.numpy()
        second.append(inner.get_layer("conv_2")(np.float32(scaled)))
    return (
        moments(np.concatenate([x.reshape(-1, 4) for x in first])),
        moments(np.concatenate([np.reshape(x, (-1, 5)) for x in second])),
    )


@pytest.mark.parametrize("size", [4, 7])  # 24 clips: the last batch of 3
def test_averages_are_the_moments_of_everything_seen(size):
    inner = encoder()
    assert reestimate_batch_norm(model_of(inner), batches(size)) == 2
    first, second = true_moments(inner, size)
    assert_averages(inner.get_layer("norm_1"), first, rtol=1e-5)
    assert_averages(inner.get_layer("norm_2"), second, rtol=1e-4, atol=1e-6)


def test_a_batch_norm_per_time_step_sees_every_step():
    inner = encoder()
    model = model_of(inner, keras.layers.TimeDistributed)
    reestimate_batch_norm(model, batches())
    first, _ = true_moments(inner)
    assert_averages(inner.get_layer("norm_1"), first, rtol=1e-5)


def test_only_so_many_batches_are_taken():
    inner = encoder()
    reestimate_batch_norm(model_of(inner), batches(), count=2)
    x = clips()[0][: 2 * BATCH].reshape(-1, SIDE, SIDE, 3)
    expected = moments(inner.get_layer("conv_1")(x).numpy())
    assert_averages(inner.get_layer("norm_1"), expected, rtol=1e-5)


def test_nothing_else_moves_and_dropout_is_off():
    inner = encoder(dropout=0.5)
    model = model_of(inner)
    averages = {
        id(v)
        for name in ("norm_1", "norm_2")
        for v in (
            inner.get_layer(name).moving_mean,
            inner.get_layer(name).moving_variance,
        )
    }
    others = [v for v in model.variables if id(v) not in averages]
    before = [v.numpy() for v in others]
    reestimate_batch_norm(model, batches())
    for variable, value in zip(others, before, strict=True):
        np.testing.assert_array_equal(variable, value)
    _, second = true_moments(inner)
    assert_averages(inner.get_layer("norm_2"), second, rtol=1e-4, atol=1e-6)
    assert inner.get_layer("dropout").rate == 0.5
    # Training goes on as if nothing had been: the layer is its own again.
    assert "call" not in vars(inner.get_layer("norm_1"))


def test_random_layers_draw_afterwards_what_they_would_have_drawn():
    noise = keras.layers.GaussianNoise(0.1, seed=5)
    model = keras.Sequential(
        [keras.Input((4,)), noise, keras.layers.BatchNormalization()]
    )
    before = noise.seed_generator.state.numpy()
    reestimate_batch_norm(model, [np.ones((8, 4), "float32")])
    np.testing.assert_array_equal(noise.seed_generator.state, before)


def test_a_frozen_batch_norm_keeps_its_averages():
    inner = encoder()
    inner.get_layer("norm_1").trainable = False
    assert reestimate_batch_norm(model_of(inner), batches()) == 1
    assert_averages(inner.get_layer("norm_1"), (0, 1))


def test_masked_places_count_for_nothing():
    x = np.float32([[[1], [3], [0]], [[5], [0], [0]]])
    model = keras.Sequential(
        [
            keras.Input((3, 1)),
            keras.layers.Masking(0.0),
            keras.layers.BatchNormalization(),
        ]
    )
    reestimate_batch_norm(model, [x])
    # 1, 3 and 5: mean 3, variance (4 + 0 + 4) / 3
    assert_averages(model.layers[-1], ([3.0], [8 / 3]), rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "count", "message"),
    [([], 30, "Expected at least one batch"), ([1], 0, "Received: count=0")],
)
def test_no_batch_is_refused(given, count, message):
    with pytest.raises(ValueError, match=message):
        reestimate_batch_norm(model_of(encoder()), given, count)


class Averages(keras.callbacks.Callback):
    """Notes the first batch norm's averages, and what they should be."""

    def __init__(self, inner):
        super().__init__()
        self.norm, self.inner = inner.get_layer("norm_1"), inner
        self.at = {"test": [], "epoch": []}

    def on_test_batch_end(self, batch, logs=None):
        self._note("test")

    def on_epoch_end(self, epoch, logs=None):
        self._note("epoch")

    def _note(self, when):
        (_, variance), _ = true_moments(self.inner)
        self.at[when].append((self.norm.moving_variance.numpy(), variance))


@pytest.mark.parametrize("validated", [True, False])
def test_fit_validates_and_ends_with_true_averages(validated):
    inner = encoder()
    model = model_of(inner)
    model.compile("adam", "mse")
    noted = Averages(inner)
    model.fit(
        batches(),
        epochs=2,
        shuffle=False,
        validation_data=batches().take(1) if validated else None,
        callbacks=[BatchNormReestimation(batches()), noted],
        verbose=0,
    )
    assert len(noted.at["test"]) == 2 * validated
    for got, expected in noted.at["test"] + noted.at["epoch"]:
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_without_it_a_short_fit_ends_far_off():
    inner = encoder()
    model = model_of(inner)
    model.compile("adam", "mse")
    model.fit(batches(), shuffle=False, verbose=0)
    (_, variance), _ = true_moments(inner)
    ratio = inner.get_layer("norm_1").moving_variance.numpy() / variance
    assert ratio.max() < 0.6


def test_the_default_model_takes_it():
    model = build_cnn_lstm(3, 32)
    x = np.random.default_rng(0).uniform(0, 255, (2, 3, 32, 32, 3))
    assert reestimate_batch_norm(model, [np.float32(x)]) == 53


def experiment(**changes):
    x, y = clips()

    def epoch(number, first_step, shard):
        order = np.random.default_rng((1, number)).permutation(CLIPS)
        order = order.reshape(-1, BATCH)[first_step:]
        return tf.data.Dataset.from_tensor_slices((x[order], y[order]))

    def build():
        keras.utils.set_random_seed(0)
        return model_of(encoder())

    def variance_is_off(model):
        inner = model.get_layer("backbone").layer
        (_, variance), _ = true_moments(inner, CLIPS)
        got = inner.get_layer("norm_1").moving_variance.numpy()
        return {"off": float(np.abs(got / variance - 1).max())}

    made = {
        "build": build,
        "stages": (Stage(2, lambda model: keras.optimizers.Adam(1e-2)),),
        "loss": lambda truth, predicted: tf.reduce_mean(
            (truth - predicted) ** 2
        ),
        "batches": epoch,
        "steps": CLIPS // BATCH,
        "validate": variance_is_off,
        "monitor": "off",
        "publish": lambda model, history, folder: folder,
        "higher_is_better": False,
        **changes,
    }
    return Experiment(**made)


@pytest.mark.parametrize("frames_at_once", [None, 10])
def test_the_engine_scores_and_keeps_true_averages(tmp_path, frames_at_once):
    made = experiment(frames_at_once=frames_at_once)
    run = TrainingRun(made, tmp_path, [].append)
    model = run.train()
    assert max(row["off"] for row in run.history) < 1e-5
    assert made.validate(model)["off"] < 1e-5


def test_the_engine_leaves_averages_alone_if_asked(tmp_path):
    run = TrainingRun(experiment(norm_batches=0), tmp_path, [].append)
    run.train()
    assert min(row["off"] for row in run.history) > 0.1
