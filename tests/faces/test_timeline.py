import numpy as np
import pytest

from emoaff.faces.timeline import Timeline

NAN = float("nan")


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3]),
        ([7, 8, 9.5], [0, 1, 2.5]),  # from the first frame on
        ([-2, -1, 0], [0, 1, 2]),
        ([None, None, None], [0, 1, 2]),
        ([None, 5, 6], [0, 1, 2]),  # the first stamp is one step later
        ([5, None, 7], [0, 1, 2]),
        ([0, 1, 1, 2, 3], [0, 1, 1.5, 2, 3]),  # one bad stamp moves no other
        ([0, 1, 2, 1, 4], [0, 1, 2, 2.5, 4]),
        ([0, 1, 2, 0, 1, 2], [0, 1, 2, 2.5, 3.5, 4.5]),  # set back: goes on
        ([0, 1, 100], [0, 1, 100]),  # a gap is real
    ],
)
def test_times_by_hand(stamps, expected):
    timeline = Timeline(1.0)
    times = [timeline.place(stamp) for stamp in stamps]
    np.testing.assert_allclose(times, expected)
    assert timeline.end_s == expected[-1] + 1


def test_times_rise_whatever_the_stamps():
    rng = np.random.default_rng(0)
    timeline = Timeline(0.04)
    stamps = rng.choice([None, *rng.uniform(-9, 9, 30)], 500)
    times = [timeline.place(stamp) for stamp in stamps]
    assert times[0] == 0
    assert (np.diff(times) > 0).all()


@pytest.mark.parametrize("step", [0.0, NAN, float("inf")])
def test_an_unknown_rate_is_25(step):
    timeline = Timeline(step)
    assert [timeline.place(None) for _ in range(3)] == [0, 0.04, 0.08]


def test_what_was_replaced_is_said():
    timeline = Timeline(1.0)
    for stamp in [0, None, 1, 3]:
        timeline.place(stamp)
    missing, backward = timeline.warnings()
    assert missing.startswith("1 frames have no timestamp")
    assert backward.startswith("1 timestamps do not rise")
    assert Timeline(1.0).warnings() == []
