import numpy as np
import pytest

from emoaff.corpora.frame_labels import FrameLabels


def rows(labels, index=None, time=None):
    index = np.arange(len(time)) if index is None else np.asarray(index)
    time = np.full(len(index), np.nan) if time is None else np.asarray(time)
    return labels.rows(index, time)


def test_a_hole_in_a_series_is_unlabelled():
    times = np.array([0.0, 0.1, 0.2, 0.8, 0.9])
    labels = FrameLabels(
        {"valence": times, "expression": np.arange(5)},
        times=times,
        reach_s=0.05,
    )
    found = rows(labels, time=[0.24, 0.5, 0.76, 5.0, -1.0])
    assert found["expression"].tolist() == [2, -1, 3, -1, -1]
    np.testing.assert_array_equal(
        found["valence"], [0.2, np.nan, 0.8, np.nan, np.nan]
    )


def test_of_two_rows_equally_near_the_earlier_counts():
    labels = FrameLabels({"expression": [0, 1]}, times=np.array([0.0, 0.5]))
    assert rows(labels, time=[0.25, 0.26])["expression"].tolist() == [0, 1]


def test_a_row_ahead_covers_from_its_time_to_before_the_next():
    # Hops of 0.1 s; 0.0999 is a container's 0.1 rounded down.
    labels = FrameLabels(
        {"expression": [0, 1, 2]},
        times=np.array([0.0, 0.1, 0.2]),
        reach_s=0.1,
        ahead=True,
    )
    times = [0.0, 0.04, 0.0985, 0.0995, 0.1, 0.28, 0.3, 0.31]
    found = rows(labels, time=times)["expression"].tolist()
    assert found == [0, 0, 0, 1, 1, 2, -1, -1]


def test_rows_by_frame_leave_frames_between_them_unlabelled():
    labels = FrameLabels(
        {
            "action_units": np.array([[1, 0], [0, -1]]),
            "votes": np.array([[0.5], [2.0]]),
        },
        frames=np.array([2, 5]),
    )
    found = rows(labels, index=[1, 2, 3, 5, 6])
    assert found["action_units"].tolist() == [
        [-1, -1],
        [1, 0],
        [-1, -1],
        [0, -1],
        [-1, -1],
    ]
    np.testing.assert_array_equal(
        found["votes"][:, 0], [np.nan, 0.5, np.nan, 2.0, np.nan]
    )


def test_labels_are_counted_row_by_row():
    labels = FrameLabels(
        {
            "valence": np.array([0.0, np.nan, 0.3]),
            "action_units": np.array([[-1, 0], [-1, -1], [1, 1]]),
        },
        frames=np.arange(3),
    )
    assert labels.labelled() == {"valence": 2, "action_units": 2}


def test_one_label_holds_throughout_and_no_rows_label_nothing():
    constant = FrameLabels.constant(expression=4)
    assert rows(constant, index=[0, 99])["expression"].tolist() == [4, 4]
    empty = FrameLabels({"valence": np.zeros(0)}, frames=np.zeros(0, np.int64))
    assert np.isnan(rows(empty, index=[0, 1])["valence"]).all()


def test_rows_that_do_not_rise_or_fit_are_refused():
    with pytest.raises(ValueError, match="rise"):
        FrameLabels({"valence": [0.0, 1.0]}, frames=np.array([3, 3]))
    with pytest.raises(ValueError, match="Expected 2 rows"):
        FrameLabels({"valence": [0.0]}, frames=np.array([3, 4]))
