import math

import numpy as np
import pytest

from emoaff.presets.calibration import calibration_error
from emoaff.presets.calibration import fit_calibration
from emoaff.presets.calibration import fit_sharpness
from emoaff.presets.calibration import fit_temperature
from emoaff.presets.class_prior import ClassPrior
from emoaff.presets.class_prior import reweigh


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


def drawn(counts, drawn_counts, n=20_000):
    """Logits of a perfect model of other class frequencies, and labels."""
    rng = np.random.default_rng(0)
    classes = len(counts)
    truth = rng.choice(classes, n, p=counts / np.sum(counts))
    x = rng.normal(size=(n, classes)) + 2.0 * np.eye(classes)[truth]
    # Log densities of x under each class, but for what they share.
    return 2.0 * x + np.log(drawn_counts), truth


def test_probabilities_are_those_of_the_shifted_and_cooled_logits():
    counts = np.array([900, 90, 10])
    logits, truth = drawn(counts, counts**0.4)
    found = fit_calibration(logits, truth, counts)
    assert found.prior_share == pytest.approx(0.6, abs=0.04)
    assert found.temperature == pytest.approx(1.0, abs=0.03)
    assert found.fitted_on == 20_000
    odds = counts**0.6 * np.exp(logits[:5])
    np.testing.assert_allclose(
        found.probabilities(logits[:5]),
        odds / odds.sum(axis=1, keepdims=True),
        atol=0.02,
    )
    assert calibration_error(truth, found.probabilities(logits)) < 0.01


def test_without_counts_only_the_temperature_is_fitted():
    logits, truth = drawn(np.array([5, 3, 2]), np.array([5, 3, 2]))
    found = fit_calibration(logits, truth)
    assert found.temperature == fit_temperature(logits, truth)
    assert found.prior_share == 0.0
    assert not found.offset.any()


def test_classes_without_a_picture_count_as_one():
    logits, truth = drawn(np.array([900, 90, 10]), np.array([1, 1, 1]))
    some = fit_calibration(logits, truth, np.array([900, 90, 1]))
    none = fit_calibration(logits, truth, np.array([900, 90, 0]))
    assert none == some


def test_weights_count_a_picture_as_often_as_they_say():
    truth, _, probabilities = random_answers(n=60)
    times = np.random.default_rng(1).integers(0, 4, 60)
    repeated = np.repeat(np.arange(60), times)
    assert calibration_error(
        truth, probabilities, weights=times
    ) == pytest.approx(
        calibration_error(truth[repeated], probabilities[repeated])
    )


def test_without_its_prior_a_perfect_model_is_right_on_equal_classes():
    counts = np.array([900, 90, 10])
    logits, truth = drawn(counts, counts)
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    classes = ("a", "b", "c")
    trained = ClassPrior("as-trained", classes, counts / counts.sum())
    uniform = ClassPrior("uniform", classes, np.full(3, 1 / 3))
    level = reweigh(probabilities, trained, uniform)
    np.testing.assert_allclose(level.sum(axis=1), 1)
    weights = 1 / np.bincount(truth)[truth]
    assert calibration_error(truth, level, weights=weights) < 0.03
    assert calibration_error(truth, probabilities, weights=weights) > 0.1


@pytest.mark.parametrize("sharpness", [0.8, 1.0, 1.4])
def test_sharpness_beyond_what_equal_classes_allow_is_found(sharpness):
    shares = np.array([0.9, 0.08, 0.02])
    rng = np.random.default_rng(0)
    truth = rng.choice(3, 40_000, p=shares)
    seen = rng.normal(size=(len(truth), 3)) + 1.5 * np.eye(3)[truth]
    # The logarithm of a class's likelihood ratio is 1.5 times what is seen.
    odds = shares * np.exp(sharpness * 1.5 * seen)
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    found = fit_sharpness(probabilities, truth, shares)
    assert found == pytest.approx(sharpness, rel=0.06)


def test_sharpness_of_few_pictures_stays_near_one():
    # Two classes, twice as sure as it should be of 8 and of 2 pictures.
    odds = np.float64([3, 3, 3, -3, 3, 3, -3, 3, -3, 3])
    truth = np.int64([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    shares = np.array([0.8, 0.2])
    p = shares * np.exp(np.stack([odds, -odds], axis=1) / 2)
    p /= p.sum(axis=1, keepdims=True)
    # By hand: 8 weights of 1/8 and 2 of 1/2 are worth 2**2 / (1/8 + 1/2)
    # pictures, 6.4, half of them of each class.
    logs = np.linspace(np.log(0.5), np.log(2), 200_001)
    log_p = -np.log1p(
        np.exp(np.where(truth, 1, -1) * odds / np.exp(logs)[:, None])
    )
    first, second = log_p[:, :8].mean(axis=1), log_p[:, 8:].mean(axis=1)
    likelihood = 3.2 * (first + second)
    expected = np.exp(logs[np.argmax(likelihood - (logs / 0.2) ** 2 / 2)])
    assert np.exp(logs[np.argmax(likelihood)]) > 1.9
    assert 1.1 < expected < 1.3
    assert fit_sharpness(p, truth, shares) == pytest.approx(expected, rel=1e-4)


def test_sharpness_of_nothing_is_one():
    assert fit_sharpness(np.zeros((0, 3)), [], np.full(3, 1 / 3)) == 1.0


def test_less_of_the_prior_can_be_kept_and_temperature_follows():
    counts = np.array([900, 90, 10])
    logits, truth = drawn(counts, np.ones(3))
    whole = fit_calibration(logits, truth, counts)
    half = fit_calibration(logits, truth, counts, kept=0.5)
    assert half.prior_share == pytest.approx(whole.prior_share / 2)
    shifted = logits + half.offset
    assert half.temperature == pytest.approx(fit_temperature(shifted, truth))


def test_probabilities_of_less_prior_hold_for_flatter_shares():
    counts = np.array([900, 90, 10])
    shares = counts / counts.sum()
    rng = np.random.default_rng(0)
    truth = rng.choice(3, 20_000, p=shares)
    x = rng.normal(size=(20_000, 3)) + 2.0 * np.eye(3)[truth]
    logits = 2.0 * x  # of equally likely classes
    whole, half = (
        fit_calibration(logits, truth, counts, kept=kept) for kept in (1, 0.5)
    )
    prior = half.find_prior(counts)
    # At the temperature that was fitted, the odds between both are those of
    # half the prior.
    ratio = np.log(prior / shares)
    ratio -= ratio[0]
    expected = -0.5 * whole.prior_share * np.log(shares) / half.temperature
    np.testing.assert_allclose(ratio, expected - expected[0], rtol=1e-6)
    assert prior.sum() == pytest.approx(1)
    np.testing.assert_allclose(whole.find_prior(counts), shares, rtol=1e-6)
    assert whole.find_prior([9, 1, 0])[2] == 0
