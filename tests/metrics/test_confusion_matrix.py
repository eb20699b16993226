import numpy as np

from emoaff.metrics import ConfusionMatrix


def test_rows_are_labels_and_columns_predictions():
    got = ConfusionMatrix(3)([0, 0, 0, 2], np.eye(3)[[1, 1, 0, 2]])
    np.testing.assert_array_equal(got, [[1, 2, 0], [0, 0, 0], [0, 0, 1]])


def test_the_first_of_several_highest_votes_is_the_label():
    votes = [[0.2, 0.4, 0.4], [0.5, 0.0, 0.5]]
    got = ConfusionMatrix(3)(votes, np.eye(3)[[1, 0]])
    np.testing.assert_array_equal(np.diagonal(got), [1, 1, 0])


def test_counts_stay_whole_beyond_what_float32_can_count():
    metric = ConfusionMatrix(2)
    metric.matrix.assign([[2.0**24, 0], [0, 0]])
    metric.update_state([0], [[1.0, 0.0]])
    assert metric.result()[0, 0] == 2**24 + 1


def test_a_result_does_not_go_on_counting():
    metric = ConfusionMatrix(2)
    before = metric.result()
    metric.update_state([0], [[1.0, 0.0]])
    np.testing.assert_array_equal(before, np.zeros((2, 2)))
