import math

import numpy as np
import pytest

from emoaff.calibration import calibration_error
from emoaff.calibration import fit_temperature


def random_answers(n=400, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    logits = rng.normal(size=(n, classes)) + 2 * np.eye(classes)[truth]
    odds = np.exp(logits)
    return truth, logits, odds / odds.sum(axis=1, keepdims=True)


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
