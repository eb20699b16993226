import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.losses import ConcordanceLoss
from emoaff.losses import MultiTaskLoss
from emoaff.losses import concordance
from tests.oracles import ccc_by_definition
from tests.oracles import random_batch

NAN = float("nan")


@pytest.mark.parametrize(
    ("truth", "prediction", "expected"),
    [
        ([0, 1, 2], [0, 1, 2], 1.0),  # identity
        ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], -1.0),  # reversal
        ([0, 1, 2], [0, 1, 1], 2 / 3),  # by hand: (2/3) / (2/3 + 2/9 + 1/9)
        ([0, 1, 2], [1, 2, 3], 4 / 7),  # a shift of 1: Pearson would say 1
        ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 0.8),  # 2v / (2v + b^2), v = 2
        ([0, 1, 2, 3, 4], [0, 2, 4, 6, 8], 4 / 7),  # 8 / (2 + 8 + 4)
        ([0, 1, 2, 3, 4], [0, -1, -2, -3, -4], -0.2),  # -4 / (2 + 2 + 16)
        ([3, -0.5, 2, 7], [2.5, 0, 2, 8], 0.97678917),  # population moments
        ([0, 1, 2], [1, 1, 1], 0.0),  # a constant prediction
        ([1, 1, 1], [1, 1, 1], 0.0),  # undefined, 0 by our convention
        ([NAN, NAN, NAN], [0, 1, 2], 0.0),  # nothing labelled
        ([0, NAN, 2], [0, NAN, 2], 1.0),  # nothing predicted where unlabelled
    ],
)
def test_concordance_golden(truth, prediction, expected):
    got = concordance([np.float32(truth)], [np.float32(prediction)], axis=1)
    np.testing.assert_allclose(got, [expected], atol=1e-6)


@pytest.mark.parametrize("offset", [0.0, 50.0])
def test_concordance_matches_definition(offset):
    truth, prediction = random_batch(offset=offset)
    got = concordance(truth, prediction, axis=1)
    for b, d in np.ndindex(4, 2):
        expected = ccc_by_definition(truth[b, :, d], prediction[b, :, d])
        np.testing.assert_allclose(got[b, d], expected, 1e-5)


def test_a_small_spread_is_not_blurred_by_an_epsilon():
    # keras.metrics.ConcordanceCorrelation gives 0.286 here.
    signal = np.float32([[0.5, 0.5002, 0.5004]])
    np.testing.assert_allclose(concordance(signal, signal, axis=1), [1.0])


def test_integer_weights_are_repetitions():
    truth, prediction = random_batch(shape=(1, 6, 1))
    count = [3, 0, 1, 2, 1, 5]
    weight = np.float32(count)[None, :, None]
    np.testing.assert_allclose(
        concordance(truth, prediction, axis=1, weight=weight)[0, 0],
        ccc_by_definition(
            np.repeat(truth[0, :, 0], count),
            np.repeat(prediction[0, :, 0], count),
        ),
        1e-5,
    )


def test_loss_is_one_minus_the_mean_ccc_of_each_sequence():
    truth, prediction = random_batch()
    got = ConcordanceLoss(reduction=None)(truth, prediction)
    expected = [
        1 - np.mean([ccc_by_definition(t[:, d], p[:, d]) for d in range(2)])
        for t, p in zip(truth, prediction, strict=True)
    ]
    np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_allclose(
        ConcordanceLoss()(truth, prediction), np.mean(expected), atol=1e-5
    )


def test_loss_over_the_batch_flattens_the_sequences():
    truth, prediction = random_batch()
    expected = 1 - np.mean(
        [
            ccc_by_definition(truth[..., d].ravel(), prediction[..., d].ravel())
            for d in range(2)
        ]
    )
    got = ConcordanceLoss(over="batch")(truth, prediction)
    assert got.shape == ()
    np.testing.assert_allclose(got, expected, atol=1e-5)
    apart = ConcordanceLoss()(truth, prediction)
    assert abs(float(got - apart)) > 1e-3


@pytest.mark.parametrize("over", ["sequence", "batch"])
def test_dimension_weights_are_ratios(over):
    truth, prediction = random_batch()
    each = [
        ConcordanceLoss(over)(truth[..., d : d + 1], prediction[..., d : d + 1])
        for d in range(2)
    ]
    got = ConcordanceLoss(over, (6, 2))(truth, prediction)
    expected = 0.75 * each[0] + 0.25 * each[1]
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize("over", ["sequence", "batch"])
def test_nan_label_is_the_same_as_no_frame(over):
    truth, prediction = random_batch()
    masked = truth.copy()
    masked[:, 20:] = NAN
    np.testing.assert_allclose(
        ConcordanceLoss(over)(masked, prediction),
        ConcordanceLoss(over)(truth[:, :20], prediction[:, :20]),
        atol=1e-6,
    )


def test_a_sequence_without_labels_is_the_same_as_no_sequence():
    truth, prediction = random_batch()
    masked = truth.copy()
    masked[[0, 2]] = NAN
    weight = np.float32([5, 1, 7, 2])
    expected = ConcordanceLoss()(truth[[1, 3]], prediction[[1, 3]])
    got = ConcordanceLoss()(masked, prediction)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    multi = MultiTaskLoss({"va": ConcordanceLoss()})
    got = multi({"va": masked}, {"va": prediction})
    np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(
        ConcordanceLoss()(masked, prediction, weight),
        ConcordanceLoss()(truth[[1, 3]], prediction[[1, 3]], weight[[1, 3]]),
        atol=1e-6,
    )
    half = masked.copy()
    half[1, :, 0] = NAN  # one of two dimensions
    each = ConcordanceLoss(reduction=None)(half, prediction)
    ccc = ccc_by_definition(truth[1, :, 1], prediction[1, :, 1])
    np.testing.assert_allclose(each[1], 1 - ccc, atol=1e-6)


@pytest.mark.parametrize("over", ["sequence", "batch"])
def test_a_keras_mask_is_the_same_as_nan_labels(over):
    truth, prediction = random_batch()
    keep = np.random.default_rng(1).uniform(size=(4, 30)) > 0.4
    masked = tf.constant(prediction)
    masked._keras_mask = tf.constant(keep)
    expected = ConcordanceLoss(over)(
        np.where(keep[..., None], truth, NAN), prediction
    )
    got = ConcordanceLoss(over)(truth, masked)
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize("over", ["sequence", "batch"])
@pytest.mark.parametrize("value", [0.0, 0.1, NAN])
def test_gradient_is_zero_where_ccc_is_undefined(over, value):
    truth = tf.fill((1, 150, 2), value)
    prediction = tf.Variable(tf.fill((1, 150, 2), 0.1 if value else 0.0))
    with tf.GradientTape() as tape:
        loss = ConcordanceLoss(over)(truth, prediction)
    # Without a label there is nothing to lose.
    expected = 0.0 if np.isnan(value) else 1.0
    assert float(loss) == pytest.approx(expected, abs=1e-6)
    np.testing.assert_array_equal(tape.gradient(loss, prediction), 0.0)


def test_gradient_matches_finite_differences():
    truth, prediction = (np.float64(x) for x in random_batch((1, 7, 1)))
    truth[0, 3] = NAN
    loss = ConcordanceLoss(dtype="float64")
    variable = tf.Variable(prediction)
    with tf.GradientTape() as tape:
        value = loss(truth, variable)
    got = tape.gradient(value, variable)[0, :, 0]
    for t, step in enumerate(np.eye(7)[:, None, :, None] * 1e-6):
        up, down = (
            loss(truth, prediction + step),
            loss(truth, prediction - step),
        )
        np.testing.assert_allclose(got[t], (up - down) / 2e-6, atol=1e-8)


def test_sample_weight_weights_sequences():
    truth, prediction = random_batch()
    weight = np.float32([1, 0, 2, 0])
    each = ConcordanceLoss(reduction=None)(truth, prediction)
    for shape in ((4,), (4, 1)):
        got = ConcordanceLoss()(truth, prediction, weight.reshape(shape))
        np.testing.assert_allclose(got, np.sum(each * weight) / 4, atol=1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", None])
def test_sample_weight_over_the_batch_repeats_sequences(reduction):
    truth, prediction = random_batch(shape=(4, 30, 1))
    keep = [0, 2, 2]
    expected = 1 - ccc_by_definition(
        truth[keep].ravel(), prediction[keep].ravel()
    )
    loss = ConcordanceLoss("batch", reduction=reduction)
    got = loss(truth, prediction, sample_weight=[1.0, 0.0, 2.0, 0.0])
    np.testing.assert_allclose(np.ravel(got), [expected], atol=1e-6)


def test_frame_weights_over_the_batch_are_masks():
    truth, prediction = random_batch()
    weight = np.ones((4, 30), "float32")
    weight[:, 20:] = 0
    np.testing.assert_allclose(
        ConcordanceLoss("batch")(truth, prediction, weight),
        ConcordanceLoss("batch")(truth[:, :20], prediction[:, :20]),
        atol=1e-6,
    )


def test_half_precision_is_computed_in_float32():
    truth, prediction = random_batch(offset=8.0)
    keras.config.set_dtype_policy("mixed_float16")
    half = tf.cast(prediction, "float16")
    got = ConcordanceLoss()(truth, half)
    assert got.dtype == "float32"
    expected = ConcordanceLoss()(truth, np.float32(half))
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert concordance(half, half, axis=1).dtype == "float32"


def test_errors_say_what_was_received():
    flat, batch = np.zeros((4, 30)), np.zeros((4, 30, 2))
    with pytest.raises(ValueError, match=r"y_pred.shape=\(4, 30\)"):
        ConcordanceLoss()(flat, flat)
    with pytest.raises(ValueError, match=r"\(4, 30\).*use over='batch'"):
        ConcordanceLoss()(batch, batch, sample_weight=flat)
    with pytest.raises(ValueError, match=r"sample_weight.shape=\(4, 30, 2\)"):
        ConcordanceLoss("batch")(batch, batch, sample_weight=batch)
    with pytest.raises(ValueError, match="Received: over='frame'"):
        ConcordanceLoss("frame")
    with pytest.raises(ValueError, match=r"dimension_weights=\(1.0, -1.0\)"):
        ConcordanceLoss(dimension_weights=(1, -1))
    with pytest.raises(ValueError, match="must have 2 values"):
        ConcordanceLoss(dimension_weights=(1, 1, 1))(batch, batch)


def test_serialisation_keeps_every_argument():
    loss = ConcordanceLoss("batch", (2, 1), "sum", "va", "float64")
    config = keras.losses.serialize(loss)
    assert config["registered_name"] == "emoaff>ConcordanceLoss"
    revived = keras.losses.deserialize(config)
    assert revived.get_config() == loss.get_config()
    assert revived.get_config() == {
        "over": "batch",
        "dimension_weights": (2.0, 1.0),
        "reduction": "sum",
        "name": "va",
        "dtype": "float64",
    }
    assert revived.dtype == "float64"


@pytest.mark.parametrize("over", ["sequence", "batch"])
def test_compiled_fit_learns(over):
    truth, features = random_batch(shape=(32, 10, 2))
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.1), ConcordanceLoss(over))
    history = model.fit(
        features, truth, sample_weight=np.ones(32), epochs=10, verbose=0
    ).history["loss"]
    assert history[-1] < 0.8 * history[0]
