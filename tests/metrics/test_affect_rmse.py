import numpy as np
from sklearn import metrics

from emoaff.metrics import AffectRMSE
from tests.oracles import random_batch


def test_golden():
    # sqrt((9 + 16 + 0 + 0) / 4), dividing by n
    got = AffectRMSE(dims=1)([[0.0], [1], [2], [3]], [[3.0], [5], [2], [3]])
    np.testing.assert_allclose(got, 2.5)


def test_agrees_with_scikit_learn():
    truth, prediction = random_batch(shape=(500, 2))
    expected = metrics.root_mean_squared_error(
        np.float64(truth), np.float64(prediction), multioutput="raw_values"
    )
    metric = AffectRMSE()
    metric.update_state(truth, prediction)
    np.testing.assert_allclose(metric.per_dimension(), expected, 1e-12)
    # One root over both dimensions would be another number.
    assert abs(metric.result() - np.mean(expected**2) ** 0.5) > 1e-6


def test_a_perfect_prediction_has_no_error_at_all():
    truth, _ = random_batch(offset=1e4)
    assert AffectRMSE()(truth, truth) == 0
