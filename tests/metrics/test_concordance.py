import keras
import numpy as np
import pytest

from emoaff.metrics import Concordance
from tests.oracles import ccc_by_definition
from tests.oracles import random_batch


def each_dimension(truth, prediction):
    return [
        ccc_by_definition(truth[..., d].ravel(), prediction[..., d].ravel())
        for d in range(truth.shape[-1])
    ]


def test_batches_add_up_to_the_whole_set():
    truth, prediction = random_batch(shape=(6, 25, 2))
    metric = Concordance()
    for batch in (slice(0, 2), slice(2, 5), slice(5, 6)):
        metric.update_state(truth[batch], prediction[batch])
    expected = each_dimension(truth, prediction)
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)
    np.testing.assert_allclose(metric.result(), np.mean(expected), 1e-12)


@pytest.mark.parametrize("dimension", [0, 1])
def test_one_dimension_alone(dimension):
    truth, prediction = random_batch()
    metric = Concordance(dimension=dimension)
    metric.update_state(truth, prediction)
    expected = each_dimension(truth, prediction)[dimension]
    np.testing.assert_allclose(metric.result(), expected, 1e-12)


def test_agrees_with_audmetric_on_frames():
    audmetric = pytest.importorskip("audmetric")
    truth, prediction = random_batch(shape=(500, 1))
    metric = Concordance(dims=1)
    metric.update_state(truth, prediction)
    expected = audmetric.concordance_cc(
        np.float64(truth[:, 0]), np.float64(prediction[:, 0])
    )
    np.testing.assert_allclose(metric.result(), expected, 1e-12)


def test_long_stream_far_from_zero_keeps_its_digits():
    rng = np.random.default_rng(0)
    truth = rng.normal(1e6, 0.1, (40, 2500, 1))
    prediction = truth + rng.normal(0.05, 0.1, truth.shape)
    metric = Concordance(dims=1)
    for t, p in zip(truth, prediction, strict=True):
        metric.update_state(t, p)
    expected = each_dimension(truth - 1e6, prediction - 1e6)
    np.testing.assert_allclose(metric.result(), expected[0], 1e-8)
    # Raw moments keep nothing of it: squares of 1e6 round at 1e-4.
    raw = np.mean(truth * prediction) - truth.mean() * prediction.mean()
    assert abs(raw / 0.01 - 1) > 1e-3


def test_unlabelled_frames_are_skipped():
    truth, prediction = random_batch(shape=(1, 40, 2))
    masked = truth.copy()
    masked[:, 25:] = np.nan
    prediction[:, 25:] = np.nan
    metric, short = Concordance(), Concordance()
    metric.update_state(masked[:, 30:], prediction[:, 30:])  # none labelled
    metric.update_state(masked, prediction)
    short.update_state(truth[:, :25], prediction[:, :25])
    np.testing.assert_allclose(metric.result(), short.result(), atol=1e-15)


@pytest.mark.parametrize(
    ("truth", "prediction", "expected"),
    [
        (0.1, 0.1, np.nan),  # constant and equal
        (0.1, 0.3, 0.0),
        (np.nan, 0.3, np.nan),  # nothing labelled
        ([0.1, 0.2, 0.4, 0.4], 0.3, 0.0),
    ],
)
def test_undefined_is_as_in_audmetric(truth, prediction, expected):
    audmetric = pytest.importorskip("audmetric")
    pair = [np.broadcast_to(np.float64(x), 4) for x in (truth, prediction)]
    if not np.isnan(pair[0]).any():
        np.testing.assert_equal(audmetric.concordance_cc(*pair), expected)
    metric = Concordance(dims=1)
    for half in (slice(0, 1), slice(1, 4)):
        metric.update_state(*(x[half, None] for x in pair))
    np.testing.assert_equal(float(metric.result()), expected)


def test_mean_over_sequences_leaves_the_undefined_out():
    truth, prediction = random_batch(shape=(5, 30, 2))
    truth[1] = np.nan
    truth[2, :, 0] = prediction[2, :, 0] = 0.5
    metric = Concordance(over="sequence")
    for batch in (slice(0, 3), slice(3, 5)):
        metric.update_state(truth[batch], prediction[batch])
    expected = [
        np.mean(
            [
                ccc_by_definition(truth[b, :, d], prediction[b, :, d])
                for b in sequences
            ]
        )
        for d, sequences in enumerate([(0, 3, 4), (0, 2, 3, 4)])
    ]
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)


def test_means_of_batches_would_be_another_number():
    # Three videos that differ in level, each predicted by its level alone.
    levels = np.repeat([-0.8, 0.0, 0.8], 50)
    rng = np.random.default_rng(0)
    truth = (levels + rng.normal(0, 0.1, 150)).reshape(3, 50, 1)
    prediction = (levels + rng.normal(0, 0.1, 150)).reshape(3, 50, 1)
    whole, apart = Concordance(dims=1), Concordance(dims=1, over="sequence")
    for metric in (whole, apart):
        metric.update_state(truth, prediction)
    assert whole.result() > 0.95
    assert abs(apart.result()) < 0.2


@pytest.mark.parametrize("over", ["set", "sequence"])
def test_integer_weights_are_repetitions(over):
    truth, prediction = random_batch(shape=(1, 6, 2))
    count = [3, 0, 1, 2, 1, 5]
    metric = Concordance(over=over)
    metric.update_state(truth, prediction, sample_weight=np.float32([count]))
    expected = each_dimension(
        np.repeat(truth, count, axis=1), np.repeat(prediction, count, axis=1)
    )
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)


@pytest.mark.parametrize("over", ["set", "sequence"])
def test_reset_forgets(over):
    metric = Concordance(over=over)
    metric.update_state(*random_batch(seed=1))
    metric.reset_state()
    assert np.isnan(metric.result())
    metric.update_state(*random_batch())
    fresh = Concordance(over=over)
    fresh.update_state(*random_batch())
    np.testing.assert_array_equal(metric.result(), fresh.result())


def test_serialisation_keeps_every_argument():
    metric = Concordance(3, 2, "sequence", "va", "float32")
    config = keras.metrics.serialize(metric)
    assert config["registered_name"] == "emoaff>Concordance"
    revived = keras.metrics.deserialize(config)
    assert revived.get_config() == metric.get_config()
    for key, value in {
        "dims": 3,
        "dimension": 2,
        "over": "sequence",
        "name": "va",
    }.items():
        assert revived.get_config()[key] == value
    assert revived.state.dtype == "float32"
    assert Concordance().state.dtype == "float64"


def test_errors_say_what_was_received():
    with pytest.raises(ValueError, match="Received: over='video'"):
        Concordance(over="video")
    with pytest.raises(ValueError, match=r"in \[0, 1\]. Received: dimension=2"):
        Concordance(dimension=2)
    with pytest.raises(ValueError, match=r"y_true.shape=\(5,\)"):
        Concordance().update_state(np.zeros(5), np.zeros(5))
    with pytest.raises(ValueError, match=r"dims=2.*y_pred.shape=\(5, 3\)"):
        Concordance().update_state(np.zeros((5, 2)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"expects \(batch, frames, dims\)"):
        metric = Concordance(over="sequence")
        metric.update_state(np.zeros((5, 2)), np.zeros((5, 2)))


def test_fit_reports_the_number_of_the_whole_set():
    truth, features = random_batch(shape=(8, 10, 2))
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(2)])
    metrics = [Concordance(), Concordance(dimension=1, name="arousal")]
    model.compile("sgd", "mse", metrics=metrics)
    got = model.evaluate(
        features, truth, batch_size=3, verbose=0, return_dict=True
    )
    prediction = np.float64(model.predict(features, verbose=0))
    expected = each_dimension(truth, prediction)
    np.testing.assert_allclose(got["concordance"], np.mean(expected), 1e-5)
    np.testing.assert_allclose(got["arousal"], expected[1], 1e-5)
