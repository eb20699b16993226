import numpy as np
import pytest

from emoaff.metrics import Concordance
from emoaff.metrics import Pearson
from tests.oracles import random_batch


@pytest.mark.parametrize(
    ("truth", "prediction", "expected"),
    [
        ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 1.0),  # a shift: CCC says 0.8
        ([0, 1, 2, 3, 4], [0, 2, 4, 6, 8], 1.0),  # a scale: CCC says 4/7
        ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], -1.0),
        ([0, 1, 2], [0, 1, 1], 3**0.5 / 2),  # (1/3) / sqrt(2/3 * 2/9)
    ],
)
def test_golden(truth, prediction, expected):
    metric = Pearson(dims=1)
    for pair in zip(truth, prediction, strict=True):
        metric.update_state(*([[float(x)]] for x in pair))
    np.testing.assert_allclose(metric.result(), expected, 1e-12)
    assert abs(metric.result()) <= 1


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [
        ([0.1, 0.1, 0.1], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 2.0], [0.1, 0.1, 0.1]),
        ([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]),
        ([0.5], [0.7]),
        ([np.nan, np.nan], [0.0, 1.0]),
    ],
)
def test_a_constant_has_no_correlation(truth, prediction):
    metric = Pearson(dims=1)
    for pair in zip(truth, prediction, strict=True):
        metric.update_state(*([[x]] for x in pair))
    assert np.isnan(metric.result())


def test_agrees_with_audmetric():
    audmetric = pytest.importorskip("audmetric")
    truth, prediction = random_batch(shape=(500, 1))
    expected = audmetric.pearson_cc(
        np.float64(truth[:, 0]), np.float64(prediction[:, 0])
    )
    got = Pearson(dims=1)(truth, prediction)
    np.testing.assert_allclose(got, expected, 1e-12)
    assert got > Concordance(dims=1)(truth, prediction)


def test_undefined_sequences_are_left_out():
    truth, prediction = random_batch(shape=(3, 30, 1))
    prediction[1] = 0.25
    got = Pearson(dims=1, over="sequence")(truth, prediction)
    each = [
        np.corrcoef(np.float64(t[:, 0]), np.float64(p[:, 0]))[0, 1]
        for t, p in zip(truth[[0, 2]], prediction[[0, 2]], strict=True)
    ]
    np.testing.assert_allclose(got, np.mean(each), 1e-12)


def test_long_stream_far_from_zero_keeps_its_digits():
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 0.1, (10, 2000, 1))
    prediction = truth + rng.normal(0.05, 0.1, truth.shape)
    metric = Pearson(dims=1)
    for t, p in zip(truth, prediction, strict=True):
        metric.update_state(t + 1e6, p + 1e6)
    expected = np.corrcoef(truth.ravel(), prediction.ravel())[0, 1]
    np.testing.assert_allclose(metric.result(), expected, 1e-7)
