import numpy as np
import pytest

from emoaff.losses.moments import Moments
from emoaff.losses.moments import merge_states
from emoaff.losses.moments import moments
from tests.oracles import ccc_by_definition
from tests.oracles import random_batch

NAMES = "count mean_true mean_pred var_true var_pred covariance".split()


def arrays(found):
    return {name: np.asarray(getattr(found, name)) for name in NAMES}


def by_numpy(truth, prediction, axis):
    truth, prediction = np.float64(truth), np.float64(prediction)
    mean = {"axis": axis, "keepdims": True}
    d_true = truth - truth.mean(**mean)
    d_pred = prediction - prediction.mean(**mean)
    return {
        "count": np.ones_like(truth).sum(axis=axis),
        "mean_true": truth.mean(axis=axis),
        "mean_pred": prediction.mean(axis=axis),
        "var_true": (d_true**2).mean(axis=axis),
        "var_pred": (d_pred**2).mean(axis=axis),
        "covariance": (d_true * d_pred).mean(axis=axis),
    }


@pytest.mark.parametrize("axis", [1, (0, 1)])
def test_moments_are_those_of_numpy(axis):
    truth, prediction = random_batch()
    found = arrays(moments(truth, prediction, axis, dtype="float64"))
    for name, expected in by_numpy(truth, prediction, axis).items():
        np.testing.assert_allclose(found[name], expected, 1e-12, err_msg=name)


def test_a_weight_counts_a_frame_as_often_and_nan_never():
    truth, prediction = random_batch((1, 5, 1))
    weight = np.array([[[2.0], [0.0], [1.0], [3.0], [1.0]]])
    rows = [0, 0, 2, 3, 3, 3]
    truth[0, 4] = np.nan
    found = arrays(moments(truth, prediction, 1, weight, "float64"))
    expected = by_numpy(truth[:, rows], prediction[:, rows], 1)
    for name in NAMES:
        np.testing.assert_allclose(found[name], expected[name], err_msg=name)


def test_nothing_labelled_is_all_zero():
    found = moments(np.full((1, 3, 1), np.nan), np.ones((1, 3, 1)), 1)
    assert not any(values.any() for values in arrays(found).values())
    assert float(found.concordance()[0, 0]) == 0
    assert float(found.correlation()[0, 0]) == 0


def test_a_state_comes_back_as_the_moments():
    truth, prediction = random_batch()
    before = moments(truth, prediction, (0, 1), dtype="float64")
    state = before.to_state()
    assert tuple(state.shape) == (11, 2)
    after = arrays(Moments.from_state(state))
    for name, expected in arrays(before).items():
        np.testing.assert_allclose(after[name], expected, 1e-12, err_msg=name)


@pytest.mark.parametrize("add", [merge_states, lambda a, b: a + b])
def test_states_of_two_sets_give_the_moments_of_both(add):
    # Merged one after the other, or added up as replicas' states are.
    truth, prediction = random_batch((1, 90, 2))
    parts = [slice(0, 1), slice(1, 40), slice(40, 90)]
    states = [
        moments(truth[:, p], prediction[:, p], (0, 1), None, "float64")
        for p in parts
    ]
    total = states[0].to_state()
    for state in states[1:]:
        total = add(total, state.to_state())
    found = Moments.from_state(total)
    for name, expected in by_numpy(truth, prediction, (0, 1)).items():
        np.testing.assert_allclose(arrays(found)[name], expected, 1e-9)
    for d in range(2):
        expected = ccc_by_definition(truth[0, :, d], prediction[0, :, d])
        assert float(found.concordance()[d]) == pytest.approx(expected)


@pytest.mark.parametrize("add", [merge_states, lambda a, b: a + b])
def test_a_constant_signal_varies_by_exactly_nothing(add):
    # A level whose sums round: 123.456 in float32.
    level = np.full((1, 777, 1), 123.456, np.float32)
    total = moments(level, level, (0, 1)).to_state()
    for count in (5, 130, 333):
        more = moments(level[:, :count], level[:, :count], (0, 1))
        total = add(total, more.to_state())
    found = Moments.from_state(total)
    assert float(found.var_true[0]) == 0
    assert float(found.spread()[0]) == 0
