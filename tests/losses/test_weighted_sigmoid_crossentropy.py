import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.losses import WeightedSigmoidCrossentropy
from tests.oracles import sigmoid_crossentropy

NAN = float("nan")
WEIGHTS = np.float64([0.2, 1.0, 3.0])


def labels_and_logits(seed=0):
    rng = np.random.default_rng(seed)
    truth = np.float32(rng.integers(0, 2, (4, 7, 3)))
    return truth, np.float32(rng.normal(0, 3, truth.shape))


@pytest.mark.parametrize(
    ("truth", "logit", "expected"),
    [
        (1.0, 0.0, np.log(2)),
        (0.0, 0.0, np.log(2)),
        (0.0, np.log(3), np.log(4)),  # 1 - p = 1/4; as printed: -log(4)
        (0.25, np.log(3), 0.25 * np.log(4 / 3) + 0.75 * np.log(4)),
        (1.0, -100.0, 100.0),
        (1.0, 30.0, np.exp(-30)),  # log(sigmoid) would round it to 0
    ],
)
def test_golden(truth, logit, expected):
    loss = WeightedSigmoidCrossentropy()
    got = loss(np.float32([[truth]]), np.float32([[logit]]))
    np.testing.assert_allclose(got, expected, 1e-6)


def test_agrees_with_tensorflow():
    truth, logits = labels_and_logits()
    got = WeightedSigmoidCrossentropy(reduction=None)(truth, logits)
    each = tf.nn.sigmoid_cross_entropy_with_logits(truth, logits)
    np.testing.assert_allclose(got, np.mean(each, axis=-1), 1e-6)
    got = WeightedSigmoidCrossentropy(WEIGHTS, "positive", None)(truth, logits)
    each = tf.nn.weighted_cross_entropy_with_logits(
        truth, logits, np.float32(WEIGHTS)
    )
    np.testing.assert_allclose(got, np.mean(each, axis=-1), 1e-6)


def test_each_reading_of_weight_by():
    truth, logits = labels_and_logits()
    plain = sigmoid_crossentropy(truth, logits)
    positive = sigmoid_crossentropy(truth, logits, WEIGHTS)
    expected = {
        "class": (WEIGHTS * plain).mean(axis=-1),
        "positive": positive.mean(axis=-1),
    }
    for weight_by, values in expected.items():
        loss = WeightedSigmoidCrossentropy(WEIGHTS, weight_by, None)
        np.testing.assert_allclose(loss(truth, logits), values, 1e-5)


@pytest.mark.parametrize(
    ("target", "weight"),
    [
        ([0, 1, 0], 1.0),
        ([0.5, 0, 0.4], 0.2),
        ([1, 0, 1], 1.6),  # a tie: (0.2 + 3) / 2
        ([0, 0, 0], 1.4),  # no winner: (0.2 + 1 + 3) / 3
        ([0, NAN, 0], 1.6),  # none among the two labelled
    ],
)
def test_the_weight_of_the_winner_weighs_the_frame(target, weight):
    logits = np.float32([[1.0, -2.0, 0.5]])
    known = ~np.isnan(target)
    each = sigmoid_crossentropy(np.float64(target)[known], logits[0][known])
    loss = WeightedSigmoidCrossentropy(WEIGHTS, "winner")
    got = loss(np.float32([target]), logits)
    np.testing.assert_allclose(got, weight * each.mean(), 1e-6)


@pytest.mark.parametrize("weight_by", ["class", "winner", "positive"])
def test_weights_of_one_change_nothing(weight_by):
    truth, logits = labels_and_logits()
    even = WeightedSigmoidCrossentropy([1, 1, 1], weight_by)
    expected = WeightedSigmoidCrossentropy()(truth, logits)
    np.testing.assert_allclose(even(truth, logits), expected, 1e-6)


@pytest.mark.parametrize("missing", [NAN, -1.0])
@pytest.mark.parametrize("weight_by", ["class", "winner", "positive"])
def test_an_unlabelled_class_is_no_class(weight_by, missing):
    truth, logits = labels_and_logits()
    truth[..., 1] = missing
    logits[..., 1] = NAN
    keep = [0, 2]
    np.testing.assert_allclose(
        WeightedSigmoidCrossentropy(WEIGHTS, weight_by)(truth, logits),
        WeightedSigmoidCrossentropy(WEIGHTS[keep], weight_by)(
            truth[..., keep], logits[..., keep]
        ),
        1e-6,
    )


def test_action_units_of_integers_are_labels():
    truth = np.int64([[1, -1, 0]])
    logits = np.float32([[0.5, 2.0, -0.5]])
    each = sigmoid_crossentropy([1, 0], [0.5, -0.5])
    got = WeightedSigmoidCrossentropy()(truth, logits)
    np.testing.assert_allclose(got, each.mean(), 1e-6)


def test_gradient_is_the_error_of_the_probability():
    truth, logits = labels_and_logits()
    truth[0, 0, 0] = truth[1] = NAN
    logits[0, 0, 0] = NAN
    logits[0, 1, 1] = 0.0  # where |x| has no derivative
    logits[2, 0] = [1e4, -1e4, 1e30]
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        loss = WeightedSigmoidCrossentropy(WEIGHTS)(truth, variable)
    known = ~np.isnan(truth)
    with np.errstate(over="ignore"):
        error = 1 / (1 + np.exp(-np.float64(logits))) - truth
    count = np.maximum(known.sum(axis=-1, keepdims=True), 1)
    expected = np.where(known, WEIGHTS * error, 0) / count / (3 * 7)
    got = tape.gradient(loss, variable)
    np.testing.assert_allclose(got, expected, 1e-5, atol=1e-9)


def test_serialisation_keeps_every_argument():
    loss = WeightedSigmoidCrossentropy((2, 1), "winner", "sum", "au", "float64")
    config = keras.losses.serialize(loss)
    assert config["registered_name"] == "emoaff>WeightedSigmoidCrossentropy"
    revived = keras.losses.deserialize(config)
    assert revived.get_config() == {
        "class_weights": (2.0, 1.0),
        "weight_by": "winner",
        "reduction": "sum",
        "name": "au",
        "dtype": "float64",
    }


def test_errors_say_what_was_received():
    with pytest.raises(ValueError, match="Received: weight_by='frame'"):
        WeightedSigmoidCrossentropy(weight_by="frame")
    for weights in ([1, -1], [0, 0], [NAN, 1]):
        with pytest.raises(ValueError, match="Received: class_weights="):
            WeightedSigmoidCrossentropy(weights)
    truth, logits = labels_and_logits()
    with pytest.raises(ValueError, match="must have 3 values, one per class"):
        WeightedSigmoidCrossentropy([1, 1])(truth, logits)
    with pytest.raises(ValueError, match=r"y_true.shape=\(4, 7, 2\)"):
        WeightedSigmoidCrossentropy()(truth[..., :2], logits)
