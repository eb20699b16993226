import keras
import numpy as np
import pytest
from scipy import optimize
from scipy import special

from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.presets.calibration import Calibration
from emoaff.training.publishing import add_probabilities
from emoaff.training.weighted_pooling import answer_by_place
from emoaff.training.weighted_pooling import fit_shares
from emoaff.training.weighted_pooling import pool_answers
from emoaff.training.weighted_pooling import weigh_places

SHARES = np.array([[0.4, 0.1], [0.2, 0.3]])


def build_classifier(side=None):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((side, side, 3), name="image")
    x = keras.layers.Rescaling(2.0, name="double")(inputs)
    x = build_mobilenet_v1(side)(x)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="expression")(x))


def draw_pictures():
    rng = np.random.default_rng(0)
    return rng.uniform(0, 255, (4, 64, 64, 3)).astype("float32")


def test_answers_of_places_average_to_the_classifiers():
    classifier, x = build_classifier(), draw_pictures()
    places = np.array(answer_by_place(classifier)(x)).reshape(4, 2, 2, 3)
    assert np.ptp(places[:, :, 0] - places[:, :, 1]) > 0
    even = pool_answers(places, np.full((2, 2), 0.25))
    np.testing.assert_allclose(even, classifier(x), rtol=1e-4)


@pytest.mark.parametrize("side", [None, 64])
def test_a_weighed_classifier_answers_as_its_places_weighed(side):
    classifier, x = build_classifier(side), draw_pictures()
    places = np.array(answer_by_place(classifier)(x)).reshape(4, 2, 2, 3)
    weighed = weigh_places(classifier, SHARES)
    expected = np.einsum("nhwc,hw->nc", places, SHARES)
    np.testing.assert_allclose(weighed(x), expected, rtol=1e-4)
    assert np.abs(expected - classifier(x)).max() > 1e-3 * np.ptp(expected)
    names = [layer.name for layer in classifier.layers]
    assert [layer.name for layer in weighed.layers] == names


def test_a_classifier_without_a_mean_of_its_map_is_refused():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Flatten(name="flat")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, name="expression")(x))
    with pytest.raises(ValueError, match="the layers flat, expression"):
        answer_by_place(model)


def test_a_bend_after_the_image_model_is_refused():
    classifier = build_classifier()
    bent = keras.layers.Dense(3, activation="relu", name="bent")
    model = keras.Model(classifier.input, bent(classifier.output))
    for change in (answer_by_place, lambda m: weigh_places(m, SHARES)):
        with pytest.raises(ValueError, match="Received: bent, relu"):
            change(model)


def test_a_preset_is_published_with_its_shares():
    classifier, x = build_classifier(), draw_pictures()
    dense = classifier.get_layer("expression")
    kernel, bias = dense.get_weights()
    # Maps of a random network are tiny.
    dense.set_weights([kernel / np.std(classifier(x)), bias])
    shares = tuple(map(tuple, SHARES.tolist()))
    calibration = Calibration(2.0, 0.0, (0.0,) * 3, 9, pooling=shares)
    shipped = add_probabilities(classifier, "expression", "it", calibration)
    places = np.array(answer_by_place(classifier)(x)).reshape(4, 2, 2, 3)
    expected = special.softmax(pool_answers(places, SHARES) / 2, axis=1)
    np.testing.assert_allclose(shipped(x)["expression"], expected, atol=1e-5)
    even = special.softmax(np.array(classifier(x)) / 2, axis=1)
    assert np.abs(expected - even).max() > 1e-4


def draw_answers(telling, n=4000, classes=4):
    """Logits of a map of 3 x 4 that tell the class at some places alone."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, classes, n)
    answers = rng.normal(size=(n, 3, 4, classes))
    for row, column in telling:
        answers[:, row, column] += 1.5 * np.eye(classes)[truth]
    return answers, truth


def test_places_that_tell_count_more_and_mirrored_ones_alike():
    shares = fit_shares(*draw_answers([(1, 1), (1, 2)]))
    assert shares.shape == (3, 4)
    np.testing.assert_allclose(shares.sum(), 1)
    np.testing.assert_allclose(shares, shares[:, ::-1])
    others = np.delete(shares.ravel(), [5, 6])
    assert shares[1, 1] > 5 * others.max()


def test_labels_and_prior_are_likeliest_by_a_search_without_slopes():
    answers, truth = draw_answers([(0, 0), (0, 3), (2, 1)], n=300)
    shares = fit_shares(answers, truth)

    def negative_log_posterior(values):
        logs = values[:6].reshape(3, 2)
        logs = np.concatenate([logs, logs[:, ::-1]], axis=1)
        each = np.exp(logs) / np.exp(logs).sum()
        pooled = (answers * each[..., None]).sum(axis=(1, 2))
        log_p = special.log_softmax(pooled * np.exp(-values[6]), axis=1)
        likelihood = log_p[np.arange(300), truth].sum()
        return (values[:6] ** 2).sum() / 2 - likelihood

    best = optimize.minimize(
        negative_log_posterior,
        np.zeros(7),
        method="Powell",
        options={"xtol": 1e-8, "ftol": 1e-12},
    )
    logs = best.x[:6].reshape(3, 2)
    expected = np.exp(np.concatenate([logs, logs[:, ::-1]], axis=1))
    np.testing.assert_allclose(shares, expected / expected.sum(), rtol=1e-3)


def test_without_pictures_all_places_count_alike():
    shares = fit_shares(np.zeros((0, 2, 3, 8)), np.zeros(0, int))
    np.testing.assert_allclose(shares, np.full((2, 3), 1 / 6))
