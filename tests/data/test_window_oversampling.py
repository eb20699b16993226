import dataclasses

import numpy as np
import pytest

from emoaff.data.window_oversampling import class_counts
from emoaff.data.window_oversampling import count_rare_window_copies
from emoaff.data.window_oversampling import tabulate_oversampling
from emoaff.data.windows import sliding
from emoaff.labels import LabelSpace
from tests.data.label_tables import label_table

NEUTRAL, HAPPY, CONTEMPT = 0, 1, 2
SPACE = LabelSpace("three", ("neutral", "happy", "contempt"))
# Windows of 4: neutral alone; happy; happy and one neutral; contempt and
# nothing; nothing at all; contempt and happy.
FRAMES = [0, 0, 0, 0] + [1, 1, 1, 1] + [1, 1, 1, 0]
FRAMES += [2, -1, -1, -1] + [-1, -1, -1, -1] + [2, 2, 1, 1]
TABLE = label_table(range(24), expression=FRAMES, space=SPACE)
WINDOWS = sliding(TABLE, 4)
RARE = {"rare": [HAPPY, CONTEMPT], "frequent": [NEUTRAL]}


def random_table(frames=6000, seed=0):
    """Stretches of one class each, neutral most often."""
    rng = np.random.default_rng(seed)
    classes = rng.choice(
        [-1, 0, 1, 2, 3], frames // 10, p=[0.1, 0.6, 0.2, 0.07, 0.03]
    )
    return label_table(range(frames), expression=np.repeat(classes, 10))


def test_only_windows_with_a_rare_and_no_frequent_class_are_copied():
    copies = count_rare_window_copies(TABLE, WINDOWS, **RARE)
    assert copies.dtype == np.int64
    np.testing.assert_array_equal(copies, [0, 1, 0, 1, 0, 1])
    copies = count_rare_window_copies(
        TABLE, WINDOWS, [CONTEMPT], [NEUTRAL, HAPPY]
    )
    np.testing.assert_array_equal(copies, [0, 0, 0, 1, 0, 0])
    copies = count_rare_window_copies(TABLE, WINDOWS, [HAPPY], [], copies=3)
    np.testing.assert_array_equal(copies, [0, 3, 3, 0, 0, 3])


@pytest.mark.parametrize(("share", "copied"), [(0.24, 0), (0.25, 1), (1.0, 1)])
def test_a_share_of_frequent_frames_can_be_tolerated(share, copied):
    copies = count_rare_window_copies(
        TABLE, WINDOWS, **RARE, tolerated_share=share
    )
    assert copies[2] == copied
    assert copies[0] == 0  # nothing rare in it


def test_a_share_is_of_frames_not_of_places():
    # 29 of 100 frames are exactly a share of 0.29, though 0.29 * 100 < 29.
    table = label_table(range(100), expression=[0] * 29 + [1] * 71)
    windows = sliding(table, 100)
    assert count_rare_window_copies(
        table, windows, [1], [0], tolerated_share=0.29
    )
    # Padding is no frame: 1 of 2.
    table = label_table(range(2), expression=[0, 1])
    windows = sliding(table, 4, tail="pad")
    assert count_rare_window_copies(
        table, windows, [1], [0], tolerated_share=0.5
    )
    with pytest.raises(ValueError, match="must show 1"):
        count_rare_window_copies(table, windows, [1], [0], tolerated_share=0.49)


def test_class_counts_match_a_loop():
    table = random_table()
    windows = sliding(table, 35, 9, tail="pad")
    expected = [
        [sum(table.expression[i] == c for i in row if i >= 0) for c in range(4)]
        for row in windows.rows
    ]
    np.testing.assert_array_equal(class_counts(table, windows), expected)


def test_several_emotions_at_once_count_each():
    emotions = np.full((24, 3), np.nan)
    emotions[:4] = [[0.6, 0.9, 0.5]] * 4
    emotions[4:8] = [[0.0, 1.0, 1.0]] * 4
    emotions[8:12] = [[1.0, 1.0, 1.0]] * 4
    table = dataclasses.replace(TABLE, emotions=np.float32(emotions))
    counts = class_counts(table, WINDOWS)
    np.testing.assert_array_equal(counts[:3], [[4, 4, 0], [0, 4, 4], [4, 4, 4]])
    assert not counts[3:].any()
    np.testing.assert_array_equal(
        count_rare_window_copies(table, WINDOWS, **RARE), [0, 1, 0, 0, 0, 0]
    )
    # Two frequent emotions in one frame are one frame.
    copies = count_rare_window_copies(
        table, WINDOWS, [HAPPY], [NEUTRAL, CONTEMPT], tolerated_share=1.0
    )
    np.testing.assert_array_equal(copies, [1, 1, 1, 0, 0, 0])


@pytest.mark.parametrize("seed", range(8))
def test_the_rarest_class_is_filled_first(seed):
    # Contempt brings the two happy frames that are short with it.
    table = label_table(range(8), expression=[2, 2, 1, 1, 1, 1, 1, 1])
    copies = count_rare_window_copies(
        table,
        sliding(table, 4),
        **RARE,
        target_counts={HAPPY: 8, CONTEMPT: 4},
        seed=seed,
    )
    np.testing.assert_array_equal(copies, [1, 0])


def test_copies_are_drawn_until_every_class_has_its_target():
    table = random_table()
    base, windows = sliding(table, 30), sliding(table, 30, 5)
    targets = {1: 2500, 2: 1500, 3: 800}
    copies = count_rare_window_copies(
        table, windows, [1, 2, 3], [0], target_counts=targets, base=base
    )
    extra = windows.take(np.repeat(np.arange(len(windows)), copies))
    before = class_counts(table, base).sum(axis=0)
    after = before + class_counts(table, extra).sum(axis=0)
    for name, target in targets.items():
        assert before[name] < target <= after[name]
    assert after[0] == before[0]  # no frequent frame came along
    # The class filled last is over by less than a window.
    assert min(after[name] - target for name, target in targets.items()) < 30
    got = tabulate_oversampling(table, windows, copies, base)
    assert got == {str(i): (before[i], after[i]) for i in range(4)}


def test_targets_count_from_the_windows_themselves_without_a_base():
    # 4 + 3 + 2 frames are happy in the windows; 4 or 2 come with a copy.
    for target, added in [(9, 0), (10, 1), (15, 2), (16, 3)]:
        copies = count_rare_window_copies(
            TABLE, WINDOWS, **RARE, target_counts={HAPPY: target}
        )
        assert not copies[[0, 2, 3, 4]].any()
        assert abs(copies.sum() - added) <= (target == 15)
        table = tabulate_oversampling(TABLE, WINDOWS, copies)
        assert table["happy"][0] == 9
        assert target <= table["happy"][1] < target + 4
        assert table["neutral"] == (5, 5)


def test_no_window_is_copied_twice_before_all_others_were():
    # 5 windows of 10 contempt frames; 20 rounds and 3 windows are asked for.
    table = label_table(range(50), expression=[2] * 50)
    windows = sliding(table, 10)
    copies = count_rare_window_copies(
        table, windows, [2], [0], target_counts={2: 50 + 20 * 50 + 21}
    )
    assert sorted(copies) == [20, 20, 21, 21, 21]


def test_the_draw_follows_the_seed():
    table = random_table()
    windows = sliding(table, 30, 5)
    first, again, other = (
        count_rare_window_copies(
            table, windows, [3], [0], target_counts={3: 2500}, seed=seed
        )
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_class_without_an_eligible_window_is_named():
    with pytest.raises(
        ValueError, match="show contempt .* of neutral and happy"
    ):
        count_rare_window_copies(
            TABLE,
            WINDOWS.take(np.array([1, 2, 5])),
            [CONTEMPT],
            [NEUTRAL, HAPPY],
        )
    # Happy has windows, contempt none.
    with pytest.raises(ValueError, match="must show contempt and"):
        count_rare_window_copies(
            TABLE,
            WINDOWS.take(np.array([1, 2])),
            **RARE,
            target_counts={HAPPY: 9, CONTEMPT: 1},
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rare": []}, r"rare=\[\]"),
        ({"rare": [3]}, r"in \[0, 2\]"),
        ({"frequent": [-1]}, r"frequent=\[-1\]"),
        ({"frequent": [1]}, "must be different"),
        ({"tolerated_share": 1.5}, "tolerated_share=1.5"),
        ({"copies": -1}, "copies=-1"),
        ({"target_counts": {0: 9}}, r"target_counts=\{0: 9\}"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        count_rare_window_copies(TABLE, WINDOWS, **{**RARE, **arguments})
