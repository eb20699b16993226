"""What every metric of affect dimensions has in common, and their values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.metrics import SAGR
from emoaff.metrics import AffectRMSE
from emoaff.metrics import Concordance
from emoaff.metrics import Pearson
from tests.oracles import ccc_by_definition
from tests.oracles import random_batch

NAN = float("nan")
ORACLES = {
    Concordance: ccc_by_definition,
    Pearson: lambda t, p: np.corrcoef(t, p)[0, 1],
    AffectRMSE: lambda t, p: np.mean((np.float64(t) - p) ** 2) ** 0.5,
    SAGR: lambda t, p: np.mean(np.sign(t) == np.sign(p)),
}
every = pytest.mark.parametrize("make", ORACLES)


def by_hand(make, truth, prediction):
    return [
        ORACLES[make](
            np.float64(truth[..., d].ravel()),
            np.float64(prediction[..., d].ravel()),
        )
        for d in range(truth.shape[-1])
    ]


@every
def test_batches_add_up_to_the_whole_set(make):
    truth, prediction = random_batch(shape=(6, 25, 2))
    metric = make()
    for batch in (slice(0, 1), slice(1, 5), slice(5, 6)):
        metric.update_state(truth[batch], prediction[batch])
    expected = by_hand(make, truth, prediction)
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)
    np.testing.assert_allclose(metric.result(), np.mean(expected), 1e-12)
    np.testing.assert_allclose(
        make(dimension=1)(truth, prediction), expected[1], 1e-12
    )


@every
@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_states_of_replicas_may_be_added(make, offset):
    # What tf.distribute does with the state when it is read.
    truth, prediction = random_batch(shape=(6, 25, 2), offset=offset)
    replicas = [make(), make(), make()]
    for metric, batch in zip(replicas, ([0, 1], [2], [3, 4, 5]), strict=True):
        for b in batch:
            metric.update_state(truth[[b]], prediction[[b]])
    whole = make()
    whole.state.assign(sum(np.float64(metric.state) for metric in replicas))
    expected = by_hand(make, truth, prediction)
    np.testing.assert_allclose(whole.per_dimension(), expected, 1e-11)


@pytest.mark.parametrize("make", [Concordance, Pearson])
def test_a_constant_of_several_replicas_is_a_constant(make):
    state = np.zeros((11, 1))
    for n in (1, 3, 7):
        metric = make(dims=1)
        for frames in (1, n):
            metric.update_state([[0.1]] * frames, [[0.1]] * frames)
        assert np.isnan(metric.result())
        state += np.float64(metric.state)
    metric.state.assign(state)
    assert np.isnan(metric.result())


@every
def test_unlabelled_frames_are_skipped(make):
    truth, prediction = random_batch(shape=(2, 40, 2))
    hidden = np.random.default_rng(3).uniform(size=(2, 40)) < 0.5
    masked = np.where(hidden[..., None], NAN, truth)
    prediction[hidden] = NAN
    metric = make()
    metric.update_state(np.full_like(truth, NAN), prediction)
    metric.update_state(masked, prediction)
    expected = by_hand(make, truth[~hidden], prediction[~hidden])
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)


@every
def test_a_keras_mask_is_the_same_as_unlabelled_frames(make):
    truth, prediction = random_batch(shape=(2, 40, 2))
    keep = np.random.default_rng(3).uniform(size=(2, 40)) < 0.5
    masked = tf.constant(prediction)
    masked._keras_mask = tf.constant(keep)
    expected = by_hand(make, truth[keep], prediction[keep])
    got = make()(truth, masked)
    np.testing.assert_allclose(got, np.mean(expected), 1e-12)


@every
def test_one_dimension_without_labels_leaves_the_mean_undefined(make):
    truth, prediction = random_batch()
    truth[..., 1] = NAN
    metric = make()
    assert np.isnan(metric.result())
    metric.update_state(truth, prediction)
    assert np.isnan(metric.result())
    expected = by_hand(make, truth[..., :1], prediction[..., :1])
    np.testing.assert_allclose(metric.per_dimension(), [expected[0], NAN])


@every
@pytest.mark.parametrize("over", ["set", "sequence"])
def test_a_nan_that_was_predicted_shows(make, over):
    truth, prediction = random_batch(shape=(3, 10, 2))
    prediction[1, 4, 0] = NAN
    metric = make(over=over)
    metric.update_state(truth, prediction)
    metric.update_state(*random_batch(shape=(3, 10, 2)))
    first, second = metric.per_dimension()
    assert np.isnan(first)
    assert np.isfinite(second)


@every
def test_integer_weights_are_repetitions(make):
    truth, prediction = random_batch(shape=(3, 6, 2))
    count = np.random.default_rng(5).integers(0, 4, (3, 6))
    got = make()(truth, prediction, sample_weight=np.float32(count))
    repeated = (
        np.repeat(x.reshape(-1, 2), count.ravel(), axis=0)
        for x in (truth, prediction)
    )
    expected = by_hand(make, *repeated)
    np.testing.assert_allclose(got, np.mean(expected), 1e-12)
    weight = np.float32([2, 0, 1])
    got = make()(truth, prediction, sample_weight=weight)
    expected = make()(truth[[0, 0, 2]], prediction[[0, 0, 2]])
    np.testing.assert_allclose(got, expected, 1e-12)


@every
def test_mean_over_sequences_leaves_the_unlabelled_out(make):
    truth, prediction = random_batch(shape=(5, 30, 2))
    truth[1] = NAN
    metric = make(over="sequence")
    for batch in (slice(0, 3), slice(3, 5)):
        metric.update_state(truth[batch], prediction[batch])
    each = [by_hand(make, truth[b], prediction[b]) for b in (0, 2, 3, 4)]
    expected = np.mean(each, axis=0)
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)


@every
def test_half_precision_is_computed_in_float64(make):
    truth, prediction = random_batch()
    keras.config.set_dtype_policy("mixed_float16")
    half = tf.cast(prediction, "float16")
    got = make()(truth, half)
    assert got.dtype == "float64"
    expected = by_hand(make, truth, np.float64(half))
    np.testing.assert_allclose(got, np.mean(expected), 1e-12)


def test_works_inside_a_compiled_function():
    truth, prediction = random_batch()
    metrics = {make: make() for make in ORACLES}

    @tf.function
    def step(truth, prediction):
        for metric in metrics.values():
            metric.update_state(truth, prediction)

    step(truth[:2], prediction[:2])
    step(truth[2:], prediction[2:])
    for make, metric in metrics.items():
        expected = by_hand(make, truth, prediction)
        np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)


def test_a_compiled_model_keeps_its_metrics(tmp_path):
    truth, features = random_batch(shape=(8, 10, 2))
    truth[2, 3:] = NAN
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Identity()])
    metrics = [make() for make in ORACLES]
    model.compile(loss="mse", metrics=metrics, weighted_metrics=[SAGR()])
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    got = revived.evaluate(
        features, truth, batch_size=3, verbose=0, return_dict=True
    )
    labelled = ~np.isnan(truth[..., 0])
    for make in ORACLES:
        expected = by_hand(make, truth[labelled], features[labelled])
        value = got[make().name]
        np.testing.assert_allclose(value, np.mean(expected), 1e-6)
    np.testing.assert_allclose(got["weighted_sagr"], got["sagr"])


@every
def test_serialisation_keeps_every_argument(make):
    metric = make(3, 2, "sequence", "va", "float32")
    config = keras.metrics.serialize(metric)
    assert config["registered_name"] == f"emoaff>{make.__name__}"
    revived = keras.metrics.deserialize(config)
    assert revived.get_config() == metric.get_config()
    given = (revived.dims, revived.dimension, revived.over, revived.name)
    assert given == (3, 2, "sequence", "va")
    assert revived.state.dtype == "float32"
    assert make().state.dtype == "float64"


@every
def test_errors_say_what_was_received(make):
    name = make.__name__
    with pytest.raises(ValueError, match="Received: over='video'"):
        make(over="video")
    with pytest.raises(ValueError, match=r"in \[0, 1\]. Received: dimension=2"):
        make(dimension=2)
    with pytest.raises(ValueError, match=rf"`{name}`.*y_pred.shape=\(5, 3\)"):
        make().update_state(np.zeros((5, 2)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"y_true.shape=\(4, 2\)"):
        make().update_state(np.zeros((4, 2)), np.zeros((4, 5, 2)))
    with pytest.raises(ValueError, match=r"sample_weight.shape=\(3, 5, 2\)"):
        pair = np.zeros((3, 5, 2))
        make().update_state(pair, pair, sample_weight=pair)
