import math

import audmetric
import numpy as np
import pytest

from emoaff.metrics.whole_signals import compute_ccc
from tests.oracles import ccc_by_definition

NAN = float("nan")


@pytest.mark.parametrize(
    ("truth", "prediction", "expected"),
    [
        ([0, 1, 2], [0, 1, 1], 2 / 3),  # by hand: (2/3) / (2/3 + 2/9 + 1/9)
        ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 0.8),  # 2v / (2v + b^2), v = 2
        ([0, 1, 2, 3, 4], [0, -1, -2, -3, -4], -0.2),  # -4 / (2 + 2 + 16)
        ([3, -0.5, 2, 7], [2.5, 0, 2, 8], 0.97678917),  # population moments
        ([0, 1, 2], [0.1, 0.1, 0.1], 0.0),  # one constant
        ([0, 1, 2, NAN, 5], [0, 1, 1, 9, NAN], 2 / 3),  # gaps on both sides
    ],
)
def test_concordance_by_hand(truth, prediction, expected):
    assert compute_ccc(truth, prediction) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [
        ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),  # equal constants
        ([0.3], [0.5]),  # one frame
        ([NAN, 0.5], [0.5, NAN]),  # no frame has both
        ([], []),
    ],
)
def test_concordance_is_nan_where_audmetric_is(truth, prediction):
    assert math.isnan(compute_ccc(truth, prediction))
    assert math.isnan(
        audmetric.concordance_cc(truth, prediction, ignore_nan=True)
    )


def test_equal_constants_are_undefined_whatever_their_mean_rounds_to():
    # The mean of three 0.1 is not 0.1 in binary: audmetric 1.4.2 says 1.0.
    assert math.isnan(compute_ccc([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]))


def test_concordance_matches_the_definition_far_from_zero():
    rng = np.random.default_rng(0)
    truth = rng.normal(1000.0, 0.3, 500)
    prediction = truth + rng.normal(0.1, 0.2, 500)
    assert compute_ccc(truth, prediction) == pytest.approx(
        ccc_by_definition(truth, prediction), rel=1e-10
    )
