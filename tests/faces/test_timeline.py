import numpy as np
import pytest

from emoaff.faces.timeline import Timeline

NAN = float("nan")


def place(stamps, step=1.0, **how):
    """Times of all frames, and the timeline."""
    timeline = Timeline(step, **how)
    placed = [
        pair
        for item, stamp in enumerate(stamps)
        for pair in timeline.push(item, stamp)
    ]
    placed += timeline.finish()
    assert [item for item, _ in placed] == list(range(len(stamps)))
    return [time for _, time in placed], timeline


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
        ([0, 1, 2, 1, 4], [0, 1, 2, 3, 4]),
        ([0, 0, 1, 1, 2], [0, 0.5, 1, 1.5, 2]),  # doubled throughout
        ([0, 0, 0, 3, 3, 3, 6], [0, 1, 2, 3, 4, 5, 6]),
        ([0, 0, 0, 1, 1, 1, 2], [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2]),
        ([0, 3, 1, 2, 6, 4, 5, 9], [0, 3, 4, 5, 6, 7, 8, 9]),  # out of order
        ([0, 1, 2, 0, 1, 2], [0, 1, 2, 3, 4, 5]),  # set back: goes on
        ([5, 5, 5, 5, 5], [0, 1, 2, 3, 4]),  # stands still
        ([0, 1, 100], [0, 1, 100]),  # a gap is real
        ([0, 1, 2, 500, 4, 5], [0, 1, 2, 3, 4, 5]),  # one leaps ahead
        ([0, 1, NAN, 3], [0, 1, 2, 3]),
    ],
)
def test_times_by_hand(stamps, expected):
    times, timeline = place(stamps)
    np.testing.assert_allclose(times, expected)
    assert timeline.end_s == expected[-1] + 1


def test_a_clock_set_back_by_less_than_is_held_is_one_all_the_same():
    # Five frames of .04 s come twice; none of them is pressed into the gap.
    first, second = np.arange(26) * 0.04, 0.84 + np.arange(26) * 0.04
    times, timeline = place([*first, *second], step=0.04)
    np.testing.assert_allclose(times, np.arange(52) * 0.04)
    assert timeline.restarts == 1


def test_a_clock_set_forward_goes_on_where_gaps_end():
    stamps = [0, 1, 2, 5000, 5001, 5002, 3, 4]
    times, timeline = place(stamps, longest_gap_s=10)
    np.testing.assert_allclose(times, range(8))
    assert timeline.restarts == 2
    assert place(stamps[:5])[0] == [0, 1, 2, 5000, 5001]


def test_a_frame_in_order_is_not_kept_back():
    timeline = Timeline(0.04)
    assert [len(timeline.push(n, n / 25)) for n in range(50)] == [1] * 50


@pytest.mark.parametrize("seed", range(200))
def test_times_rise_whatever_the_stamps(seed):
    rng = np.random.default_rng(seed)
    pool = [None, *rng.uniform(-9, 9, rng.integers(1, 30))]
    stamps = [pool[n] for n in rng.integers(0, len(pool), 300)]
    step, gap = rng.choice([0, 0.01, 1, NAN]), rng.choice([3, np.inf])
    times, _ = place(stamps, step, longest_gap_s=gap)
    assert times[0] == 0
    assert (np.diff(times) > 0).all()


@pytest.mark.parametrize("step", [0.0, NAN, float("inf")])
def test_an_unknown_rate_is_25(step):
    np.testing.assert_allclose(place([None] * 3, step)[0], [0, 0.04, 0.08])


def test_what_was_replaced_is_said():
    _, timeline = place([0, None, 2, 2, 3])
    missing, doubled = timeline.warnings()
    assert missing.startswith("1 frame has no timestamp")
    assert doubled.startswith("1 timestamp does not rise")
    (set_anew,) = place([5, 6, 7, 1, 2, 3])[1].warnings()
    assert "set anew once" in set_anew
    assert place([0, 1, 2])[1].warnings() == []
