import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.losses import WeightedCrossentropy
from tests.oracles import random_classes
from tests.oracles import softmax

NAN = float("nan")
WEIGHTS = np.float64([0.2, 1.0, 3.0, 0.5, 0.3])


def votes(shape=(4, 10), seed=1):
    return np.random.default_rng(seed).dirichlet(np.ones(5) / 2, shape)


def test_one_hot_and_index_are_the_same_label():
    index, logits = random_classes()
    loss = WeightedCrossentropy(WEIGHTS, 0.1, reduction=None)
    rows = np.eye(5)[index]
    np.testing.assert_array_equal(loss(rows, logits), loss(index, logits))
    p = np.take_along_axis(softmax(logits), index[..., None], -1)[..., 0]
    got = WeightedCrossentropy(WEIGHTS, reduction=None)(index, logits)
    np.testing.assert_allclose(got, -WEIGHTS[index] * np.log(p), 1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("from_logits", [True, False])
def test_agrees_with_keras_on_votes(smoothing, from_logits):
    _, prediction = random_classes()
    if not from_logits:
        prediction = softmax(prediction)
    reference = keras.losses.CategoricalCrossentropy(
        from_logits=from_logits, label_smoothing=smoothing, reduction=None
    )
    loss = WeightedCrossentropy(None, smoothing, from_logits, None)
    expected = reference(votes(), prediction)
    np.testing.assert_allclose(loss(votes(), prediction), expected, 1e-5)


def test_votes_weigh_what_their_classes_weigh_on_average():
    _, logits = random_classes()
    target = votes()
    smooth = 0.9 * target + 0.1 / 5
    # The weight is of the votes: smoothing adds no rare class to it.
    expected = -(target @ WEIGHTS) * (smooth * np.log(softmax(logits))).sum(-1)
    got = WeightedCrossentropy(WEIGHTS, 0.1, reduction=None)(target, logits)
    np.testing.assert_allclose(got, expected, 1e-5)


def test_the_best_prediction_is_the_target_whatever_the_weights():
    target = votes((1, 1))
    variable = tf.Variable(np.float32(np.log(target)))
    with tf.GradientTape() as tape:
        loss = WeightedCrossentropy(WEIGHTS)(target, variable)
    np.testing.assert_allclose(tape.gradient(loss, variable), 0, atol=1e-6)


def test_gradient_is_the_error_of_the_probabilities():
    index, logits = random_classes()
    logits[1, 1] = [1e4, -1e4, 0, 0, 0]
    rows = np.eye(5)[index]
    rows[0, 0, 2] = rows[0, 1] = NAN
    rows[0, 2] = 0.0
    logits[0, :3, 0] = NAN
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        loss = WeightedCrossentropy(WEIGHTS)(rows, variable)
    safe = np.where(np.isnan(logits), 0, logits)
    p = softmax(safe - safe.max(axis=-1, keepdims=True))
    expected = WEIGHTS[index][..., None] * (p - np.eye(5)[index]) / 37
    expected[0, :3] = 0
    got = tape.gradient(loss, variable)
    np.testing.assert_allclose(got, expected, 1e-5, atol=1e-7)


def test_a_probability_of_zero_costs_no_infinity():
    truth, p = np.float32([[1, 0]]), np.float32([[0, 1]])
    variable = tf.Variable(p)
    with tf.GradientTape() as tape:
        loss = WeightedCrossentropy(from_logits=False)(truth, variable)
    np.testing.assert_allclose(loss, np.log(1e7), 1e-6)
    assert np.isfinite(tape.gradient(loss, variable)).all()


def test_an_index_beyond_the_classes_is_not_passed_over():
    got = WeightedCrossentropy()([0, 2], np.zeros((2, 2), "float32"))
    assert not np.isfinite(got)


def test_serialisation_keeps_every_argument():
    loss = WeightedCrossentropy((2, 1), 0.2, False, "sum", "ce", "float64")
    config = keras.losses.serialize(loss)
    assert config["registered_name"] == "emoaff>WeightedCrossentropy"
    revived = keras.losses.deserialize(config)
    assert revived.get_config() == {
        "class_weights": (2.0, 1.0),
        "label_smoothing": 0.2,
        "from_logits": False,
        "reduction": "sum",
        "name": "ce",
        "dtype": "float64",
    }


def test_errors_say_what_was_received():
    with pytest.raises(ValueError, match="Received: label_smoothing=1.0"):
        WeightedCrossentropy(label_smoothing=1.0)
    index, logits = random_classes()
    with pytest.raises(ValueError, match=r"y_true.shape=\(4, 9\)"):
        WeightedCrossentropy()(index[:, :9], logits)
    with pytest.raises(ValueError, match=r"expects \(batch, ..., classes\)"):
        WeightedCrossentropy()(index[0, 0], logits[0, 0])
    with pytest.raises(ValueError, match="must have 5 values"):
        WeightedCrossentropy([1, 2])(index, logits)
