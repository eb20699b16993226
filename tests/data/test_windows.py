import itertools

import numpy as np
import pytest

from emoaff.data.windows import Windows
from emoaff.data.windows import one_step_ahead
from emoaff.data.windows import sliding
from tests.data.label_tables import label_table

# Recording a misses source frames 4 and 5; b has only every second frame.
TABLE = label_table([0, 1, 2, 3, 6, 7, 8], [10, 12, 14, 16, 20])


def windows_by_loop(table, frames, stride, step, jump_gaps, tail):
    """The rules of `sliding`, one frame after the other."""
    found = []
    for number in range(len(table.names)):
        rows = [i for i, r in enumerate(table.recording) if r == number]
        pairs = list(itertools.pairwise(rows))
        jumps = [int(table.index[b] - table.index[a]) for a, b in pairs]
        usual = max(sorted(jumps), key=jumps.count) if jumps else 1
        runs = [rows[:1]]
        for (_, row), jump in zip(pairs, jumps, strict=True):
            if jump > usual and not jump_gaps:
                runs.append([])
            runs[-1].append(row)
        for run in runs:
            run, start, reached = run[::step], 0, set()
            while start + frames <= len(run):
                found.append(run[start : start + frames])
                reached |= set(found[-1])
                start += stride
            left = run[start:] if set(run[start:]) - reached else []
            if tail == "drop" or not left:
                continue
            if tail == "shift" and len(run) >= frames:
                found.append(run[-frames:])
            else:
                filler = -1 if tail == "pad" else left[-1]
                found.append(left + [filler] * (frames - len(left)))
    return np.array(found)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("drop", [[0, 1, 2], [4, 5, 6], [7, 8, 9]]),
        (
            "shift",
            [[0, 1, 2], [1, 2, 3], [4, 5, 6], [7, 8, 9], [8, 9, 10]]
            + [[11, 11, 11]],
        ),
        (
            "repeat",
            [[0, 1, 2], [3, 3, 3], [4, 5, 6], [7, 8, 9], [10, 10, 10]]
            + [[11, 11, 11]],
        ),
        (
            "pad",
            [[0, 1, 2], [3, -1, -1], [4, 5, 6], [7, 8, 9], [10, -1, -1]]
            + [[11, -1, -1]],
        ),
    ],
)
def test_tails_golden(tail, expected):
    windows = sliding(TABLE, 3, tail=tail)
    np.testing.assert_array_equal(windows.rows, expected)
    assert windows.rows.dtype == np.int64
    # Rows 0 to 6 are recording 0, rows 7 to 11 are recording 1.
    expected = [int(first > 6) for first, *_ in expected]
    np.testing.assert_array_equal(windows.recording, expected)


@pytest.mark.parametrize("tail", ["drop", "shift", "repeat", "pad"])
@pytest.mark.parametrize("jump_gaps", [False, True])
def test_sliding_matches_a_loop(tail, jump_gaps):
    rng = np.random.default_rng(0)
    for _ in range(60):
        lengths = rng.integers(1, 40, rng.integers(1, 5))
        jump = rng.choice([1, 1, 1, 1, 3, 9], lengths.sum())
        table = label_table(*np.split(np.cumsum(jump), lengths.cumsum()[:-1]))
        frames, stride, step = rng.integers(1, [7, 8, 4])
        expected = windows_by_loop(table, frames, stride, step, jump_gaps, tail)
        if not len(expected):
            with pytest.raises(ValueError, match="longer than every"):
                sliding(table, frames, stride, step=step, jump_gaps=jump_gaps)
            continue
        got = sliding(
            table, frames, stride, step=step, jump_gaps=jump_gaps, tail=tail
        )
        np.testing.assert_array_equal(got.rows, expected)
        np.testing.assert_array_equal(
            got.recording, table.recording[expected[:, 0]]
        )


def test_a_gap_can_be_jumped_but_a_recording_never():
    windows = sliding(TABLE, 6, 1, jump_gaps=True)
    np.testing.assert_array_equal(
        windows.rows, [[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]]
    )


def test_every_step_th_frame_is_taken():
    table = label_table(range(12))
    windows = sliding(table, 3, 1, step=4)
    np.testing.assert_array_equal(windows.rows, [[0, 4, 8]])


def test_thinned_frames_are_neighbours():
    # Only every sixth frame exists for the purpose; 18 has no face.
    index = np.setdiff1d(np.arange(60), [18])
    table = label_table(index)
    usable = index % 6 == 0
    windows = sliding(table, 3, 1, usable=usable)
    np.testing.assert_array_equal(
        index[windows.rows],
        [[0, 6, 12]] + [[f, f + 6, f + 12] for f in range(24, 48, 6)],
    )


def test_windows_without_a_labelled_frame_are_left_out():
    labelled = np.isin(np.arange(12), [3, 11])
    windows = sliding(TABLE, 3, tail="pad", labelled=labelled)
    np.testing.assert_array_equal(windows.rows, [[3, -1, -1], [11, -1, -1]])
    with pytest.raises(ValueError, match="must have a labelled frame"):
        sliding(TABLE, 3, labelled=labelled)


def test_a_window_longer_than_every_recording_names_the_longest():
    with pytest.raises(ValueError) as error:
        sliding(TABLE, 5)
    for words in ("made_up", "'train'", "at most 4 frames", "'a'", "need 5"):
        assert words in str(error.value)
    with pytest.raises(ValueError, match="must have usable frames"):
        sliding(TABLE, 5, usable=np.zeros(12, bool))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"frames": 0}, "at least 1"),
        ({"frames": 3, "stride": 0}, "at least 1"),
        ({"frames": 3, "step": 0}, "at least 1"),
        ({"frames": 3, "tail": "wrap"}, "tail='wrap'"),
        ({"frames": 3, "usable": np.ones(3, bool)}, r"shape=\(3,\)"),
        ({"frames": 3, "labelled": np.zeros(12)}, "dtype=float64"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        sliding(TABLE, **arguments)


def test_frames_out_of_order_are_refused():
    with pytest.raises(ValueError, match="in order of `index`.*'b'"):
        sliding(label_table([0, 1, 2], [4, 4, 5]), 2)


def ahead_by_loop(table, usable, frames):
    """The rule as its authors state it, one video after the other."""
    rows, targets = [], []
    for number in range(len(table.names)):
        clean = [
            i for i in np.flatnonzero(usable) if table.recording[i] == number
        ]
        for place in range(len(clean) - frames):
            then = clean[place + frames]
            if table.index[then] == table.index[clean[place]] + frames:
                rows.append(clean[place : place + frames])
                targets.append([then])
    return rows, targets


def test_one_step_ahead_matches_a_loop():
    rng = np.random.default_rng(0)
    jump = 1 + 4 * (rng.random(900) < 0.03)
    table = label_table(*np.split(np.cumsum(jump), [300, 310, 700]))
    usable = rng.random(900) < 0.97
    rows, targets = ahead_by_loop(table, usable, 10)
    windows = one_step_ahead(table, usable, 10)
    assert 100 < len(windows) < 800
    np.testing.assert_array_equal(windows.rows, rows)
    np.testing.assert_array_equal(windows.targets, targets)
    np.testing.assert_array_equal(
        windows.recording, table.recording[windows.rows[:, 0]]
    )


def test_one_step_ahead_counts_100_frames_and_one():
    # 101 frames make one window; 250 with frame 120 unusable: 120 - 100 = 20
    # windows before it and 129 - 100 = 29 after; 100 frames make none.
    table = label_table(range(101), range(250), range(100))
    usable = np.ones(451, bool)
    usable[101 + 120] = False
    windows = one_step_ahead(table, usable)
    np.testing.assert_array_equal(np.bincount(windows.recording), [1, 49])
    np.testing.assert_array_equal(windows.rows[0], np.arange(100))
    assert windows.targets[0] == 100
    with pytest.raises(ValueError, match="at most 100 .* that need 101"):
        one_step_ahead(label_table(range(100)), np.ones(100, bool))


def test_take_keeps_rows_recording_and_targets_together():
    windows = one_step_ahead(
        label_table(range(9), range(9)), np.ones(18, bool), 3
    )
    some = windows.take(np.array([11, 0]))
    assert len(some) == 2
    np.testing.assert_array_equal(some.rows, [[14, 15, 16], [0, 1, 2]])
    np.testing.assert_array_equal(some.recording, [1, 0])
    np.testing.assert_array_equal(some.targets, [[17], [3]])
    assert sliding(TABLE, 3).take(np.array([0])).targets is None


def test_windows_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="rows .windows, frames."):
        Windows(np.zeros((3, 2), int), np.zeros(2, int))
    with pytest.raises(ValueError, match="rows .windows, frames."):
        Windows(np.zeros((3, 2), int), np.zeros(3, int), np.zeros(3, int))
