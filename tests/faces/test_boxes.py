import numpy as np
import pytest

from emoaff.faces import boxes

A = np.array([[0.0, 0, 10, 10]])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0, 0, 10, 10], 1.0),
        ([5, 0, 15, 10], 50 / 150),
        ([2, 2, 4, 4], 4 / 100),
        ([10, 0, 20, 10], 0.0),  # they only touch
        ([3, 3, 3, 3], 0.0),
    ],
)
def test_iou_by_hand(other, expected):
    got = boxes.iou(A, np.array([other], float))
    np.testing.assert_allclose(got, [[expected]])


def test_iou_of_two_empty_boxes_is_zero():
    point = np.array([[3.0, 3, 3, 3]])
    assert boxes.iou(point, point) == 0
    assert boxes.iou(np.zeros((0, 4)), A).shape == (0, 1)


def test_the_best_of_overlapping_boxes_is_kept():
    three = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]])
    kept = boxes.suppress(three, np.array([0.7, 0.9, 0.8]), 0.5)
    assert kept.tolist() == [1, 2]


def test_a_box_inside_another_overlaps_the_smaller_one_wholly():
    two = np.array([[0.0, 0, 10, 10], [2, 2, 4, 4]])
    scores = np.array([0.9, 0.8])
    assert boxes.suppress(two, scores, 0.5).tolist() == [0, 1]
    assert boxes.suppress(two, scores, 0.5, "smaller").tolist() == [0]
    assert boxes.suppress(two[:0], scores[:0], 0.5).tolist() == []


def test_squares_keep_the_centre_and_the_longer_side():
    got = boxes.squared(np.array([[0.0, 0, 10, 20]]))
    np.testing.assert_array_equal(got, [[-5, 0, 15, 20]])


def test_corners_and_back():
    corners = boxes.to_corners([(1, 2, 3, 4)])
    np.testing.assert_array_equal(corners, [[1, 2, 4, 6]])
    assert boxes.from_corners(corners[0]) == (1.0, 2.0, 3.0, 4.0)
    assert boxes.to_corners([]).shape == (0, 4)
