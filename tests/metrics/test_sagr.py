import numpy as np
import pytest

from emoaff.metrics import SAGR


@pytest.mark.parametrize(
    ("truth", "prediction", "agrees"),
    [
        (0.9, 0.01, 1),
        (-0.9, 0.01, 0),
        (-0.1, -1.0, 1),
        (0.0, 0.01, 0),  # zero is a sign of its own
        (0.0, 0.0, 1),
        (0.0, -0.0, 1),
        (0.2, 0.0, 0),
    ],
)
def test_a_sign_is_negative_zero_or_positive(truth, prediction, agrees):
    assert SAGR(dims=1)([[truth]], [[prediction]]) == agrees


def test_the_size_of_the_error_does_not_matter():
    truth = np.linspace(-1, 1, 40)[:, None]
    assert SAGR(dims=1)(truth, 1e-6 * truth) == 1
    assert SAGR(dims=1)(truth, truth + 0.5) == 0.75  # 10 of 40 change side
