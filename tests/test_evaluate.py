import math

import numpy as np
import pytest
from sklearn import metrics

from emoaff.calibration import calibration_error
from emoaff.calibration import fit_temperature
from emoaff.evaluate import score

FACTS = {"dataset": "d", "split": "s", "unlabelled": 0, "preprocessing": "p"}


def random_answers(n=400, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    logits = rng.normal(size=(n, classes)) + 2 * np.eye(classes)[truth]
    odds = np.exp(logits)
    return truth, logits, odds / odds.sum(axis=1, keepdims=True)


def test_scores_by_hand():
    # Labels 0 0 0 1 1, answers 0 0 1 1 0: recalls 2/3 and 1/2; class 2 never
    # occurs, so it has no recall and no part in the average.
    answers = np.eye(3)[[0, 0, 1, 1, 0]] * 0.8 + 0.2 / 3
    got = score(np.array([0, 0, 0, 1, 1]), answers, ("a", "b", "c"), **FACTS)
    assert got.accuracy == pytest.approx(3 / 5)
    assert got.uar == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert got.recall["a"] == pytest.approx(2 / 3)
    assert math.isnan(got.recall["c"])
    assert got.confusion == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert got.count == {"a": 3, "b": 2, "c": 0}
    # Confidence 13/15 throughout, right in 3 of 5.
    assert got.calibration_error == pytest.approx(13 / 15 - 3 / 5)


def test_scores_agree_with_scikit_learn():
    truth, _, probabilities = random_answers()
    got = score(truth, probabilities, tuple("abcd"), **FACTS)
    predicted = probabilities.argmax(axis=1)
    assert got.uar == pytest.approx(
        metrics.recall_score(truth, predicted, average="macro")
    )
    assert got.log_loss == pytest.approx(
        -np.log(probabilities[np.arange(400), truth]).mean()
    )


def test_calibration_error_matches_its_definition():
    truth, _, probabilities = random_answers()
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    expected = 0.0
    for k in range(15):
        inside = (confidence > k / 15) & (confidence <= (k + 1) / 15)
        if inside.any():
            gap = abs(hit[inside].mean() - confidence[inside].mean())
            expected += inside.mean() * gap
    assert calibration_error(truth, probabilities) == pytest.approx(expected)


def test_calibration_error_of_nothing_is_undefined():
    assert math.isnan(calibration_error([], np.zeros((0, 3))))


def test_temperature_undoes_a_factor():
    truth, logits, _ = random_answers(n=4000)
    base = fit_temperature(logits, truth)
    assert fit_temperature(3.0 * logits, truth) == pytest.approx(
        3.0 * base, rel=1e-3
    )


def test_temperature_is_where_the_likelihood_is_flat():
    truth, logits, _ = random_answers(n=2000)
    temperature = fit_temperature(logits, truth)

    def loss(t):
        z = logits / t
        z = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -z[np.arange(len(truth)), truth].mean()

    slope = (loss(temperature * 1.01) - loss(temperature / 1.01)) / 0.02
    assert abs(slope) < 1e-3


def test_text_names_preprocessing_and_every_class():
    truth, _, probabilities = random_answers()
    text = score(truth, probabilities, tuple("abcd"), **FACTS).to_text()
    assert "preprocessing: p" in text
    for name in "abcd":
        assert f"\n  {name} 0." in text
