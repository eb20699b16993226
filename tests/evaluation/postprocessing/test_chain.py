import numpy as np

from emoaff.evaluation.postprocessing.chain import apply_steps
from emoaff.evaluation.postprocessing.chain import fit_steps
from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.settings import Settings

RATE = 10.0
WAVE = np.sin(np.arange(60) / 5)
LAYOUT = Layout(np.zeros(60, int))


def fit(truth, prediction, *steps, median_grid_s=None, shift_grid_s=None):
    settings = Settings(
        steps,
        scale_about="zero",
        per="set",
        median_grid_s=median_grid_s,
        shift_grid_s=shift_grid_s,
        shift_directions=("forward", "backward"),
    )
    return fit_steps(truth, prediction, LAYOUT, RATE, settings), settings


def test_a_step_begins_where_the_kept_one_before_ended():
    (centre, scale), settings = fit(WAVE, WAVE / 2 + 0.3, "centre", "scale")
    assert centre.kept and scale.kept
    assert scale.before == centre.after > centre.before
    found = apply_steps((centre, scale), WAVE / 2 + 0.3, LAYOUT, settings)
    assert np.sqrt(np.mean((found - WAVE) ** 2)) < 0.05


def test_a_step_that_is_left_out_changes_nothing_for_the_next():
    # A median over half a wave flattens it.
    grid = {"median_grid_s": (1.5,)}
    (median, centre), _ = fit(WAVE, WAVE + 0.3, "median", "centre", **grid)
    assert not median.kept and median.after < median.before
    assert centre.kept and centre.before == median.before


def test_a_step_that_gains_nothing_is_told_but_not_applied():
    steps, settings = fit(WAVE, WAVE, "centre", "shift", shift_grid_s=(0.5,))
    assert [step.kept for step in steps] == [False, False]
    assert steps[1].parameters["frames"] in (5, -5)
    assert steps[1].after < steps[1].before == 1
    np.testing.assert_array_equal(
        apply_steps(steps, WAVE, LAYOUT, settings), WAVE
    )


def test_of_equally_good_windows_the_smallest_is_taken():
    stairs = np.repeat([-1.0, 0.0, 1.0], 20)
    spiked = stairs.copy()
    spiked[30] = 5
    (median,), _ = fit(stairs, spiked, "median", median_grid_s=(0.3, 0.5))
    # Both windows take the spike out and leave the stairs.
    assert median.kept and median.after == 1
    assert median.parameters["frames"] == 3


def test_where_nothing_is_labelled_a_step_is_impossible():
    (step,), _ = fit(np.full(60, np.nan), WAVE, "centre")
    assert not step.kept
    assert step.parameters == {}
    assert np.isnan(step.before) and np.isnan(step.after)
