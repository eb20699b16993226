import numpy as np
import pytest

from emoaff.evaluation.scores.recording_moments import compute_recording_moments
from tests.evaluation.scores.signals import frames_of_draw
from tests.evaluation.scores.signals import random_affect
from tests.oracles import ccc_by_definition


def moments_of(truth, prediction, recording):
    return compute_recording_moments(
        truth, prediction, recording, 1 + recording.max()
    )


def test_moments_by_hand():
    truth = np.array([[0.0], [1.0], [np.nan], [0.5]])
    prediction = np.array([[0.5], [0.5], [0.0], [-0.5]])
    found = moments_of(truth, prediction, np.array([0, 0, 0, 2]))
    assert found.count[:, 0].tolist() == [2, 0, 1]
    assert found.mean_truth[:, 0].tolist() == [0.5, 0, 0.5]
    assert found.square_truth[:, 0].tolist() == [0.5, 0, 0]  # 2 * 0.5 ** 2
    assert found.square_prediction[:, 0].tolist() == [0, 0, 0]
    assert found.squared_error[:, 0].tolist() == [0.5, 0, 1]
    assert found.agreement[:, 0].tolist() == [1, 0, 0]  # 0 is no plus


def test_merging_is_the_same_as_concatenating():
    truth, prediction, recording = random_affect()
    found = moments_of(truth, prediction, recording)
    times = np.random.default_rng(0).integers(0, 3, (5, 7))
    merged = found.merged(times)
    for row, draw in enumerate(times):
        frames = frames_of_draw(draw, recording)
        alone = compute_recording_moments(
            truth[frames], prediction[frames], np.zeros(len(frames), int), 1
        )
        for name, values in vars(alone).items():
            np.testing.assert_allclose(
                getattr(merged, name)[row], values[0], atol=1e-12, err_msg=name
            )


def test_scores_of_moments_are_those_by_definition():
    truth, prediction, recording = random_affect(recordings=1)
    found = moments_of(truth, prediction, recording)
    for d in range(2):
        both = np.isfinite(truth[:, d]) & np.isfinite(prediction[:, d])
        t, p = truth[both, d], prediction[both, d]
        ccc = ccc_by_definition(t, p)
        assert found.concordance()[0, d] == pytest.approx(ccc)
        assert found.pearson()[0, d] == pytest.approx(np.corrcoef(t, p)[0, 1])
        rmse = np.sqrt(np.mean((t - p) ** 2))
        assert found.rmse()[0, d] == pytest.approx(rmse)
        same = np.mean(np.sign(t) == np.sign(p))
        assert found.sagr()[0, d] == pytest.approx(same)


def test_constants_far_from_zero_spread_exactly_nothing():
    level = np.full((1000, 1), 1e6 + 0.1)
    recording = np.repeat([0, 1], 500)
    found = moments_of(level, level, recording)
    assert not found.square_truth.any()
    joined = found.merged(np.ones((1, 2), int))
    assert joined.square_truth[0, 0] == 0
    assert np.isnan(joined.concordance()[0, 0])


def test_sets_can_be_picked():
    found = moments_of(*random_affect()).taken(np.array([2, 0]))
    whole = moments_of(*random_affect())
    np.testing.assert_array_equal(found.count, whole.count[[2, 0]])
