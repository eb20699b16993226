import decimal

import numpy as np
import pytest

from emoaff.data.thinning import even_frames
from emoaff.data.thinning import frame_step
from emoaff.data.thinning import mark_sampled_rows
from emoaff.data.thinning import thinned_frames
from tests.data.label_tables import label_table

# Read off the figure of the notebook: 118 frames at 30 a second.
KEPT_OF_118 = [1, 7, 13, 19, 25, 31, 36, 42, 48, 54]
KEPT_OF_118 += [60, 66, 72, 78, 84, 90, 95, 101, 107, 113]


@pytest.mark.parametrize(
    ("rates", "step"),
    [
        ((7,), 1),
        ((8, 10, 12, 12.5), 2),
        ((14, 15, 16), 3),
        ((18, 20), 4),
        ((24, 25), 5),
        ((29, 29.97, 30), 6),
        ((50,), 10),
        ((60,), 12),
    ],
)
def test_steps_of_the_original_script(rates, step):
    assert [frame_step(rate) for rate in rates] == [step] * len(rates)


def test_the_step_follows_the_target():
    assert frame_step(30, target=10) == 3
    assert frame_step(25, target=10) == 2  # 2.5, a half goes to the even side
    assert frame_step(30, target=30) == 1
    # The rate is rounded before it is divided: 15 / 10, not 14.6 / 10.
    assert frame_step(14.6, target=10) == 2


@pytest.mark.parametrize("rate", [0, 1, 2, 2.5, -1, float("nan"), None])
@pytest.mark.parametrize("rule", ["script", "notebook"])
def test_a_slow_or_unknown_rate_stops_or_keeps_everything(rate, rule):
    if rule == "script" or rate is None or not rate > 0:
        with pytest.raises(ValueError, match="more than 2.5 frames a second"):
            thinned_frames(9, rate, rule)
    kept = thinned_frames(9, rate, rule, slow="keep")
    np.testing.assert_array_equal(kept, np.arange(9))


def test_notebook_keeps_20_of_118():
    kept = thinned_frames(118, 30, "notebook")
    np.testing.assert_array_equal(kept + 1, KEPT_OF_118)
    # The script's step gives as many here, but others.
    np.testing.assert_array_equal(thinned_frames(118, 30) + 1, range(1, 119, 6))


def test_even_frames_matches_decimal_arithmetic():
    def by_loop(count, kept):
        place, found = 1, []
        for _ in range(kept):
            half_up = decimal.Decimal(place).to_integral_value("ROUND_HALF_UP")
            found.append(int(half_up) - 1)
            place += count / kept
        return found

    rng = np.random.default_rng(0)
    for count in rng.integers(2, 400, 400):
        kept = rng.integers(1, count)
        np.testing.assert_array_equal(
            even_frames(count, kept), by_loop(count, kept)
        )
    # 1 + 3 * 11 / 6 is 6.5, but 11 / 6 added three times stays below.
    assert even_frames(11, 6)[3] + 1 == 6


def test_more_than_there_is_keeps_all_and_nothing_keeps_none():
    np.testing.assert_array_equal(even_frames(4, 9), range(4))
    assert len(even_frames(4, 0)) == len(even_frames(0, 3)) == 0
    # 3 frames at 30 a second: round(0.5) = 0.
    assert len(thinned_frames(3, 30, "notebook")) == 0
    np.testing.assert_array_equal(thinned_frames(3, 30), [0])


def test_rows_are_thinned_recording_by_recording():
    # Source frame 6 of a has no face.
    table = label_table([*range(6), *range(7, 20)], range(30))
    script = mark_sampled_rows(table, np.array([30.0, 50.0]))
    np.testing.assert_array_equal(table.index[script], [0, 12, 18, 0, 10, 20])
    # 19 / 6 -> 3 rows, places round(1 + k * 19 / 3) = 1, 7, 14 of those
    # stored; 30 / 6 = 5 rows.
    notebook = mark_sampled_rows(table, 30.0, "notebook")
    np.testing.assert_array_equal(
        np.flatnonzero(notebook), [0, 6, 13, 19, 25, 31, 37, 43]
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": -1}, "count=-1"),
        ({"rule": "both"}, "rule='both'"),
        ({"target": 0}, "target=0"),
        ({"slow": "skip"}, "slow='skip'"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        thinned_frames(**{"count": 9, "frames_per_second": 30.0, **arguments})
