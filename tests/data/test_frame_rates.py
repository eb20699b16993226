import types

import numpy as np
import pytest

from emoaff.data.frame_rates import find_stored_rates
from emoaff.data.frame_rates import find_usual_jumps
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


def test_gaps_do_not_change_the_rate():
    made = recordings([0, 1, 2, 9, 10], [3, 5, 7, 11], [4])
    np.testing.assert_array_equal(find_usual_jumps(made), [1, 2, 1])
    # Every second of 25 frames is 12.5 a second; one frame has no rate.
    np.testing.assert_allclose(find_stored_rates(made), [25, 12.5, np.nan])


def test_of_equally_common_jumps_the_smallest_counts():
    assert find_usual_jumps(recordings([0, 3, 5]))[0] == 2


def test_rates_survive_the_rounding_of_long_recordings():
    # Neighbours at 900 s differ by 0.04 or so in float32, up to 0.1 %.
    made = recordings(np.arange(25 * 900))
    assert np.ptp(np.diff(made.time)) > 1e-5
    assert find_stored_rates(made)[0] == pytest.approx(25.0, rel=1e-7)


def test_unknown_times_have_no_rate():
    made = recordings([0, 1, 2])
    made.time = np.full(3, np.nan, np.float32)
    assert np.isnan(find_stored_rates(made)).all()
