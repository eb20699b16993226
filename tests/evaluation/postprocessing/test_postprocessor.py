import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.metrics.whole_signals import compute_ccc
from tests.evaluation.postprocessing.walks import NAN
from tests.evaluation.postprocessing.walks import earlier
from tests.evaluation.postprocessing.walks import noisy
from tests.evaluation.postprocessing.walks import random_walks
from tests.evaluation.postprocessing.walks import step_of

BOTH = ("forward", "backward")
GRID = (0.12, 0.52, 2.0)


@pytest.mark.parametrize("frames", [7, -12])
def test_a_lag_is_recovered_to_the_frame(frames):
    truth, recording = random_walks()
    prediction = earlier(truth, recording, frames)
    chain = CoursePostprocessor(("shift",), shift_directions=BOTH)
    chain.fit(truth, prediction, recording, 25)
    for name in chain.dimensions:
        found = step_of(chain, name, "shift")
        assert found.kept
        assert found.parameters == {"frames": frames, "seconds": frames / 25}


def test_forward_shifts_only_delay():
    truth, recording = random_walks()
    late = earlier(truth, recording, -9)
    chain = CoursePostprocessor(("shift",)).fit(truth, late, recording, 25)
    assert not any(steps[0].kept for steps in chain.chains.values())


def test_lag_scale_bias_and_noise_are_undone_together():
    truth, recording = random_walks((3000, 2000), seed=5)
    rng = np.random.default_rng(1)
    prediction = 0.4 * earlier(truth, recording, 30) + 0.5
    prediction += rng.normal(0, 0.1, truth.shape)
    # Three frames: a wide median of a random walk blurs the shift by a frame.
    chain = CoursePostprocessor(median_grid_s=(0.12,))
    chain.fit(truth, prediction, recording, 25)
    done = chain.apply(prediction, recording)
    for d, name in enumerate(chain.dimensions):
        assert all(step.kept for step in chain.chains[name])
        assert step_of(chain, name, "shift").parameters["frames"] == 30
        ratio = step_of(chain, name, "scale").parameters["ratio"]
        assert ratio == pytest.approx(1 / 0.4, rel=0.03)
        assert compute_ccc(truth[:, d], done[:, d]) > 0.98
        assert compute_ccc(truth[:, d], prediction[:, d]) < 0.7


@pytest.mark.parametrize("per", ["set", "recording"])
@pytest.mark.parametrize("about", ["zero", "mean"])
@pytest.mark.parametrize("seed", range(3))
def test_never_worse_on_the_set_it_was_fitted_on(per, about, seed):
    truth, prediction, recording = noisy(seed, 3.0, -0.4, 0.5)
    prediction[np.random.default_rng(seed).random(truth.shape) < 0.1] = NAN
    chain = CoursePostprocessor(
        scale_about=about,
        per=per,
        median_grid_s=GRID,
        shift_grid_s=GRID,
        shift_directions=BOTH,
    ).fit(truth, prediction, recording, 25)
    done = chain.apply(prediction, recording)
    for d, name in enumerate(chain.dimensions):
        steps = chain.chains[name]
        values = [steps[0].before]
        values += [step.after for step in steps if step.kept]
        assert np.all(np.diff(values) > 0)
        assert compute_ccc(truth[:, d], done[:, d]) == values[-1]
        # Each step began where the kept ones before it ended.
        for step, following in zip(steps[:-1], steps[1:], strict=True):
            expected = step.after if step.kept else step.before
            assert following.before == expected


@pytest.mark.parametrize("per", ["set", "recording"])
def test_a_perfect_prediction_is_left_alone(per):
    truth, recording = random_walks()
    chain = CoursePostprocessor(per=per, shift_directions=BOTH)
    chain.fit(truth, truth, recording, 25)
    assert not any(s.kept for steps in chain.chains.values() for s in steps)
    np.testing.assert_array_equal(chain.apply(truth, recording), truth)


def test_dimensions_do_not_see_each_other():
    truth, prediction, recording = noisy()
    prediction[:, 1] = earlier(truth, recording, 9)[:, 1]
    both = CoursePostprocessor(median_grid_s=GRID)
    both.fit(truth, prediction, recording, 25)
    done = both.apply(prediction, recording)
    for d, name in enumerate(both.dimensions):
        alone = CoursePostprocessor(median_grid_s=GRID, dimensions=(name,))
        alone.fit(truth[:, [d]], prediction[:, [d]], recording, 25)
        assert alone.chains[name] == both.chains[name]
        expected = alone.apply(prediction[:, [d]], recording)[:, 0]
        np.testing.assert_array_equal(done[:, d], expected)
    assert both.chains["valence"] != both.chains["arousal"]


@pytest.mark.parametrize("per", ["set", "recording"])
def test_a_constant_prediction_is_left_alone(per):
    truth, recording = random_walks()
    flat = np.full_like(truth, 0.1)
    chain = CoursePostprocessor(per=per, median_grid_s=GRID)
    chain.fit(truth, flat, recording, 25)
    assert not any(s.kept for steps in chain.chains.values() for s in steps)
    np.testing.assert_array_equal(chain.apply(flat, recording), flat)
    if per == "set":
        assert step_of(chain, "valence", "scale").parameters == {}
        assert "scale   left out  impossible" in chain.describe()


def test_a_recording_without_labels_has_no_say_but_is_processed():
    truth, prediction, recording = noisy()
    with_silent = truth.copy()
    with_silent[recording == 1] = NAN
    chains = []
    for keep, labels in (
        (recording >= 0, with_silent),
        (recording != 1, truth),
    ):
        chain = CoursePostprocessor(median_grid_s=GRID)
        chain.fit(labels[keep], prediction[keep], recording[keep], 25)
        chains.append(chain)
    for name in chains[0].dimensions:
        for a, b in zip(*(c.chains[name] for c in chains), strict=True):
            assert (a.kind, a.kept) == (b.kind, b.kept)
            assert a.after == pytest.approx(b.after)
            assert a.parameters == pytest.approx(b.parameters)
    done = chains[0].apply(prediction, recording)
    assert np.abs(done - prediction)[recording == 1].min(axis=0).max() > 0


def test_a_dimension_without_labels_keeps_nothing():
    truth, prediction, recording = noisy()
    truth[:, 1] = NAN
    chain = CoursePostprocessor(median_grid_s=GRID)
    chain.fit(truth, prediction, recording, 25)
    done = chain.apply(prediction, recording)
    np.testing.assert_array_equal(done[:, 1], prediction[:, 1])
    assert "CCC n/a -> n/a" in chain.describe()


def test_missing_predictions_stay_missing_and_where_they_are():
    truth, recording = random_walks()
    prediction = 0.5 * earlier(truth, recording, 5)
    holes = np.random.default_rng(0).random(truth.shape) < 0.05
    prediction[holes] = NAN
    level = CoursePostprocessor(("median", "centre", "scale"))
    level.fit(truth, prediction, recording, 25)
    done = level.apply(prediction, recording)
    np.testing.assert_array_equal(np.isnan(done), holes)
    chain = CoursePostprocessor(("shift",), dimensions=("valence",))
    chain.fit(truth[:, :1], prediction[:, :1], recording, 25)
    moved = np.isnan(chain.apply(prediction[:, :1], recording))
    np.testing.assert_array_equal(moved, holes[:, :1])


def test_bad_input_says_what_was_received():
    truth, prediction, recording = noisy()
    chain = CoursePostprocessor(("centre",))
    with pytest.raises(ValueError, match="Call `fit`"):
        chain.apply(prediction, recording)
    with pytest.raises(ValueError, match="rate_hz=0"):
        chain.fit(truth, prediction, recording, 0)
    with pytest.raises(ValueError, match=r"truth.shape=\(980, 1\)"):
        chain.fit(truth[:, :1], prediction, recording, 25)
    with pytest.raises(ValueError, match=r"prediction.shape=\(980, 1\)"):
        chain.fit(truth, prediction[:, :1], recording, 25)
    chain.fit(truth, prediction, recording, 25)
    with pytest.raises(
        ValueError, match="Expected frames at 25 Hz.*rate_hz=10"
    ):
        chain.apply(prediction, recording, rate_hz=10)


def test_description_has_a_line_per_dimension_and_step():
    truth, prediction, recording = noisy(bias=1.0, noise=0.5)
    chain = CoursePostprocessor(("median", "centre"), median_grid_s=(0.2,))
    chain.fit(truth, prediction, recording, 25)
    lines = chain.describe().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith(
        "valence  median  kept      5 frames, 0.2 s  CCC"
    )
    assert lines[3].startswith("arousal  centre  kept      bias -")
    step = step_of(chain, "valence", "median")
    assert lines[0].endswith(f"CCC {step.before:.4f} -> {step.after:.4f}")
