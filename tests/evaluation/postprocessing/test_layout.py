import numpy as np
import pytest

from emoaff.evaluation.postprocessing import Layout


def test_recordings_are_runs_of_any_numbers():
    layout = Layout(np.array([3, 3, 0, 0, 0, 7]))
    assert layout.slices == (slice(0, 2), slice(2, 5), slice(5, 6))
    np.testing.assert_array_equal(layout.first, [0, 0, 2, 2, 2, 5])
    np.testing.assert_array_equal(layout.last, [1, 1, 4, 4, 4, 5])


def test_no_frames_are_no_recordings():
    assert Layout(np.zeros(0, int)).slices == ()


def test_a_recording_in_two_runs_is_refused():
    with pytest.raises(ValueError, match="3 runs of 2 recordings"):
        Layout(np.array([0, 0, 1, 0]))


def test_recordings_are_integers():
    with pytest.raises(ValueError, match="dtype=float64"):
        Layout(np.zeros(3))
