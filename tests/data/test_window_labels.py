import dataclasses
import types

import numpy as np
import pytest

from emoaff import labels
from emoaff.data.window_labels import WindowLabels
from emoaff.data.windows import Windows

# Six frames of three classes; the last window of four has a gap.
RECORDINGS = types.SimpleNamespace(
    dataset="made_up",
    space=labels.LabelSpace("three", ("a", "b", "c")),
    expression=np.array([2, 1, 1, -1, 0, 2]),
    valence=np.float32([0.1, 0.2, np.nan, 0.4, 0.5, 0.6]),
    arousal=np.float32([-0.1, -0.2, -0.3, -0.4, -0.5, -0.6]),
    emotions=None,
    distribution=np.float32([[i, 1 - i] for i in range(6)]),
)
ROWS = np.array([[0, 1, 2, 3], [0, 1, 4, 5], [4, 0, 1, 3], [3, 3, -1, -1]])
WINDOWS = Windows(ROWS, np.zeros(4, np.int64))
EVERY = np.arange(4)


def one_hot(*classes):
    rows = [np.arange(3) == c if c >= 0 else [np.nan] * 3 for c in classes]
    return np.array(rows, np.float32)


def gathered(target, rule="frames", windows=WINDOWS, numbers=EVERY):
    made = WindowLabels(RECORDINGS, windows, (target,), rule)
    return made(numbers)[target]


def test_each_frame_has_its_label():
    got = gathered("expression", numbers=[3, 1])
    assert got.dtype == np.float32
    np.testing.assert_array_equal(
        got, [one_hot(-1, -1, -1, -1), one_hot(2, 1, 0, 2)]
    )


def test_one_missing_dimension_leaves_the_other():
    nan = np.nan
    np.testing.assert_array_equal(
        gathered("arousal_valence", numbers=[0])[0],
        np.float32([[-0.1, 0.1], [-0.2, 0.2], [-0.3, nan], [-0.4, 0.4]]),
    )
    np.testing.assert_array_equal(
        gathered("valence_arousal", numbers=[3])[0],
        np.float32([[0.4, -0.4], [0.4, -0.4], [nan, nan], [nan, nan]]),
    )


def test_mode_counts_labelled_frames_and_takes_the_smaller_of_two():
    # 2 1 1 - -> 1;  2 1 0 2 -> 2;  0 2 1 - -> 0 of three equal ones;  none.
    np.testing.assert_array_equal(
        gathered("expression", "mode"), one_hot(1, 2, 0, -1)
    )


def test_last_is_that_of_the_last_frame_there_is():
    np.testing.assert_array_equal(
        gathered("expression", "last"), one_hot(-1, 2, -1, -1)
    )
    np.testing.assert_array_equal(
        gathered("distribution", "last"), [[3, -2], [5, -4], [3, -2], [3, -2]]
    )


def test_targets_of_windows_come_before_their_rows():
    one = dataclasses.replace(WINDOWS, targets=np.array([[5], [4], [3], [-1]]))
    np.testing.assert_array_equal(
        gathered("expression", windows=one), one_hot(2, 0, -1, -1)
    )
    two = dataclasses.replace(WINDOWS, targets=ROWS[:, :2])
    np.testing.assert_array_equal(
        gathered("expression", windows=two, numbers=[1]), [one_hot(2, 1)]
    )


@pytest.mark.parametrize("rule", ["frames", "last", "mode"])
def test_numbers_may_have_any_shape(rule):
    flat = gathered("expression", rule)
    square = gathered("expression", rule, numbers=EVERY.reshape(2, 2))
    np.testing.assert_array_equal(square, flat.reshape(2, 2, *flat.shape[1:]))


@pytest.mark.parametrize(
    ("targets", "rule", "sentence"),
    [
        (("valence",), "frames", r"names of .*targets=\('valence',\)"),
        ("expression", "frames", "targets='expression'"),
        (("expression",), "first", "label_of='first'"),
        (("distribution",), "mode", "'mode' only for"),
        (("emotions",), "frames", "made_up must have 'emotions'"),
    ],
)
def test_what_cannot_be_learned_is_named(targets, rule, sentence):
    with pytest.raises(ValueError, match=sentence):
        WindowLabels(RECORDINGS, WINDOWS, targets, rule)
