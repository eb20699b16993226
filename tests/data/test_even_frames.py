import types

import numpy as np
import pytest

from emoaff.data.even_frames import EvenFrames
from tests.data.label_tables import label_table


def recordings(*indices, rate=25.0):
    """Recordings of these source frames, at `rate` source frames a second."""
    table = label_table(*indices)
    rates = np.broadcast_to(rate, len(indices))[table.recording]
    times = np.float32(table.index / rates)
    made = types.SimpleNamespace(**vars(table), time=times)
    bounds = np.searchsorted(table.recording, range(len(indices) + 1))
    made.frames_of = lambda number: slice(*bounds[number : number + 2])
    return made


def test_gaps_become_frames_of_nan_and_are_taken_out_again():
    frames = EvenFrames(recordings([0, 1, 4, 5], [7, 8, 9]))
    values = np.arange(7.0)[:, None]
    laid = frames.spread(values)
    np.testing.assert_array_equal(
        laid[:, 0], [0, 1, np.nan, np.nan, 2, 3, 4, 5, 6]
    )
    np.testing.assert_array_equal(frames.recording, [0] * 6 + [1] * 3)
    np.testing.assert_array_equal(frames.gathered(laid), values)
    assert frames.rate_hz == 25.0


def test_a_recording_of_every_second_frame_has_no_gaps():
    frames = EvenFrames(recordings([0, 2, 4, 8]))
    laid = frames.spread(np.arange(4.0))
    np.testing.assert_array_equal(laid, [0, 1, 2, np.nan, 3])
    assert frames.rate_hz == 12.5


def test_nearly_equal_rates_pass_as_one():
    frames = EvenFrames(recordings([0, 1], [0, 1], rate=[29.97, 30.0]))
    frames.require_rate(30.0)
    with pytest.raises(ValueError, match="at 25 a second.*Received: 29.98"):
        frames.require_rate(25.0)


def test_different_rates_are_refused():
    with pytest.raises(ValueError, match="25.00 to 30.00 frames a second"):
        EvenFrames(recordings([0, 1], [0, 1], rate=[25.0, 30.0]))


def test_single_pictures_are_refused():
    with pytest.raises(ValueError, match="no course to post-process"):
        EvenFrames(recordings([0], [0]))
