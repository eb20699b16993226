import warnings

import numpy as np
import pytest

from emoaff.evaluation.postprocessing import Layout
from emoaff.evaluation.postprocessing import compute_running_median
from emoaff.evaluation.postprocessing import delay
from tests.evaluation.postprocessing.walks import NAN


def median_by_definition(course, recording, length):
    """Window by window, with `numpy.nanmedian`."""
    result = np.full(len(course), NAN)
    for t, number in enumerate(recording):
        inside = np.flatnonzero(recording == number)
        window = np.arange(t - length // 2, t + length // 2 + 1)
        window = course[np.clip(window, inside[0], inside[-1])]
        if not np.isnan(course[t]):
            result[t] = np.nanmedian(window)
    return result


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("length", [1, 3, 9, 41, 201])
def test_median_matches_its_definition(missing, length):
    rng = np.random.default_rng(length)
    # Recordings shorter than the window, and one of a single frame.
    recording = np.repeat([0, 1, 2, 3], [60, 1, 7, 90])
    course = rng.normal(size=len(recording))
    course[rng.random(len(course)) < missing] = NAN
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = compute_running_median(course, Layout(recording), length)
    expected = median_by_definition(course, recording, length)
    np.testing.assert_array_equal(got, expected)


def test_median_by_hand():
    course = np.array([1.0, 5.0, 2.0, NAN, 8.0, 0.0, 9.0])
    recording = np.array([0, 0, 0, 0, 0, 1, 1])
    # 1 1 5; 1 5 2; 5 2 -; stays empty; - 8 8; then 0 0 9; 0 9 9.
    np.testing.assert_array_equal(
        compute_running_median(course, Layout(recording), 3),
        [1.0, 2.0, 3.5, NAN, 8.0, 0.0, 9.0],
    )


def test_the_input_of_the_median_stays_as_it_was():
    course = np.array([3.0, 1.0, 2.0])
    compute_running_median(course, Layout(np.zeros(3, int)), 3)
    np.testing.assert_array_equal(course, [3.0, 1.0, 2.0])


@pytest.mark.parametrize("length", [0, 2, -3])
def test_a_window_has_a_middle(length):
    with pytest.raises(ValueError, match=f"length={length}"):
        compute_running_median(np.zeros(3), Layout(np.zeros(3, int)), length)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (0, [1, 2, 3, NAN, 5, 6]),
        (1, [1, 1, 2, NAN, 5, 5]),  # out[t] = in[t - 1], the first repeated
        (2, [1, 1, 1, NAN, 5, 5]),
        (99, [1, 1, 1, NAN, 5, 5]),
        (-1, [2, 3, 3, NAN, 6, 6]),  # the last one, before the gap, repeated
    ],
)
def test_delays_stay_within_recordings(frames, expected):
    course = np.array([1, 2, 3, NAN, 5, 6])
    layout = Layout(np.array([0, 0, 0, 0, 1, 1]))
    np.testing.assert_array_equal(delay(course, layout, frames), expected)


def test_a_gap_stays_where_it_is_and_gives_its_last_value_to_others():
    course = np.array([NAN, NAN, 1, NAN, NAN, 4, NAN, 6, NAN])
    layout = Layout(np.array([0, 0, 0, 0, 0, 0, 1, 1, 2]))
    np.testing.assert_array_equal(
        delay(course, layout, 1), [NAN, NAN, 1, NAN, NAN, 1, NAN, 6, NAN]
    )
    np.testing.assert_array_equal(
        delay(course, layout, -2), [NAN, NAN, 1, NAN, NAN, 4, NAN, 6, NAN]
    )


@pytest.mark.parametrize("frames", [-30, -7, 1, 12, 500])
def test_a_shift_loses_no_frame(frames):
    rng = np.random.default_rng(1)
    course = rng.normal(size=200)
    course[rng.random(200) < 0.4] = NAN
    layout = Layout(np.repeat([0, 1, 2], [90, 1, 109]))
    moved = delay(course, layout, frames)
    np.testing.assert_array_equal(np.isnan(moved), np.isnan(course))
