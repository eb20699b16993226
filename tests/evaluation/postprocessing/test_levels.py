import audmetric
import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.metrics.whole_signals import compute_ccc
from tests.evaluation.postprocessing.walks import NAN
from tests.evaluation.postprocessing.walks import noisy
from tests.evaluation.postprocessing.walks import random_walks
from tests.evaluation.postprocessing.walks import step_of


def avec_2018(truth, prediction, test):
    """Centring, then scaling about zero, each kept if strictly better."""
    best = audmetric.concordance_cc(truth, prediction)
    bias = truth.mean() - prediction.mean()
    after = audmetric.concordance_cc(truth, prediction + bias)
    if after > best:
        best, prediction, test = after, prediction + bias, test + bias
    ratio = truth.std() / prediction.std()
    after = audmetric.concordance_cc(truth, prediction * ratio)
    if after > best:
        best, prediction, test = after, prediction * ratio, test * ratio
    return best, prediction, test


@pytest.mark.parametrize("seed", range(6))
def test_centring_and_scaling_are_those_of_avec_2018(seed):
    truth, prediction, recording = noisy(
        seed, scale=(0.5, 2.0, 1.0)[seed % 3], bias=(0.0, 0.5)[seed % 2]
    )
    test = noisy(seed + 50)[1]
    chain = CoursePostprocessor(steps=("centre", "scale"))
    chain.fit(truth, prediction, recording, 25)
    done, tested = (
        chain.apply(prediction, recording),
        chain.apply(test, recording),
    )
    for d in range(2):
        best, expected, expected_test = avec_2018(
            truth[:, d], prediction[:, d], test[:, d]
        )
        np.testing.assert_allclose(done[:, d], expected, rtol=1e-12)
        np.testing.assert_allclose(tested[:, d], expected_test, rtol=1e-12)
        assert compute_ccc(truth[:, d], done[:, d]) == pytest.approx(best)


def per_recording_by_definition(truth, prediction, recording):
    """Centring, then scaling, of each recording, kept if strictly better."""
    best = audmetric.concordance_cc(truth, prediction)
    for kind in ("centre", "scale"):
        result = prediction.copy()
        for number in np.unique(recording):
            part = prediction[recording == number]
            if kind == "centre":
                part = part - part.mean() + truth.mean()
            else:
                part = part * truth.std() / part.std()
            result[recording == number] = part
        after = audmetric.concordance_cc(truth, result)
        if after > best:
            best, prediction = after, result
    return prediction


def test_recordings_can_be_levelled_one_by_one():
    # Labels of one level in all recordings, predictions of another in each.
    truth, recording = random_walks()
    for number in range(3):
        truth[recording == number] /= truth[recording == number].std(axis=0)
    rng = np.random.default_rng(0)
    prediction = truth + rng.normal(0, 0.2, truth.shape)
    prediction *= np.array([0.3, 1, 3])[recording, None]
    prediction += np.array([-2, 0, 2])[recording, None]
    chain = CoursePostprocessor(("centre", "scale"), per="recording")
    chain.fit(truth, prediction, recording, 25)
    done = chain.apply(prediction, recording)
    for d, name in enumerate(chain.dimensions):
        assert [step.kept for step in chain.chains[name]] == [True, True]
        expected = per_recording_by_definition(
            truth[:, d], prediction[:, d], recording
        )
        np.testing.assert_allclose(done[:, d], expected, rtol=1e-10)


def test_a_test_recording_gets_the_level_of_the_validation_labels():
    truth, prediction, recording = noisy(bias=0.0)
    prediction = prediction + np.array([-2, 0, 2])[recording, None]
    chain = CoursePostprocessor(
        ("centre", "scale"), scale_about="mean", per="recording"
    ).fit(truth, prediction, recording, 25)
    test = np.random.default_rng(0).normal(7, 3, (90, 2))
    done = chain.apply(test, np.zeros(90, int))
    np.testing.assert_allclose(done.mean(axis=0), truth.mean(axis=0))
    np.testing.assert_allclose(done.std(axis=0), truth.std(axis=0))


def test_scaling_about_the_mean_leaves_the_mean():
    truth, prediction, recording = noisy()
    # Its mean is that of the labels already, so that centring adds nothing.
    prediction += truth.mean(axis=0) - prediction.mean(axis=0)
    done = {}
    for about in ("zero", "mean"):
        chain = CoursePostprocessor(("scale",), scale_about=about)
        chain.fit(truth, prediction, recording, 25)
        done[about] = chain.apply(prediction, recording)
    ratio = truth.std(axis=0) / prediction.std(axis=0)
    mean = prediction.mean(axis=0)
    np.testing.assert_allclose(done["zero"], prediction * ratio)
    np.testing.assert_allclose(done["mean"], mean + (prediction - mean) * ratio)


def test_scaling_about_zero_far_from_the_labels_is_left_out():
    # By hand: v = 2/3 and 1/6, bias 10 - 1 = 9; times 2 the bias is 19.
    truth = np.array([[0.0, 1.0, 2.0]]).T
    prediction = np.array([[9.5, 10.0, 10.5]]).T
    recording = np.zeros(3, int)
    steps = {}
    for about in ("zero", "mean"):
        chain = CoursePostprocessor(
            ("scale",), about, dimensions=("valence",)
        ).fit(truth, prediction, recording, 25)
        steps[about] = step_of(chain, "valence", "scale")
    before = 2 * (1 / 3) / (2 / 3 + 1 / 6 + 81)
    assert steps["zero"].before == pytest.approx(before)
    assert steps["zero"].after == pytest.approx(
        2 * (2 / 3) / (2 / 3 + 2 / 3 + 19**2)
    )
    assert not steps["zero"].kept
    assert steps["mean"].after == pytest.approx(4 / 3 / (4 / 3 + 81))
    assert steps["mean"].kept


def test_levels_are_taken_where_label_and_prediction_meet():
    truth, prediction, recording = noisy(bias=0.5)
    rng = np.random.default_rng(0)
    truth[rng.random(truth.shape) < 0.2] = NAN
    prediction[rng.random(truth.shape) < 0.2] = NAN
    chain = CoursePostprocessor(("centre", "scale"), scale_about="mean")
    chain.fit(truth, prediction, recording, 25)
    for d, name in enumerate(chain.dimensions):
        both = ~np.isnan(truth[:, d] + prediction[:, d])
        t, p = truth[both, d], prediction[both, d]
        centre, scale = (step.parameters for step in chain.chains[name])
        assert [step.kept for step in chain.chains[name]] == [True, True]
        assert centre["bias"] == pytest.approx(t.mean() - p.mean())
        assert scale["ratio"] == pytest.approx(t.std() / p.std())
        assert scale["about"] == pytest.approx(t.mean())
