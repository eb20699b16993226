import itertools
import subprocess
import sys

import cv2
import numpy as np
import pytest

from emoaff.faces import boxes
from emoaff.faces.boxes import follow
from emoaff.faces.boxes import small_grey

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
    got = boxes.compute_iou(A, np.array([other], float))
    np.testing.assert_allclose(got, [[expected]])


def test_iou_of_two_empty_boxes_is_zero():
    point = np.array([[3.0, 3, 3, 3]])
    assert boxes.compute_iou(point, point) == 0
    assert boxes.compute_iou(np.zeros((0, 4)), A).shape == (0, 1)


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
    corners = boxes.convert_to_corners([(1, 2, 3, 4)])
    np.testing.assert_array_equal(corners, [[1, 2, 4, 6]])
    assert boxes.convert_from_corners(corners[0]) == (1.0, 2.0, 3.0, 4.0)
    assert boxes.convert_to_corners([]).shape == (0, 4)


BOX = np.array([[100.0, 60, 160, 120]])


@pytest.fixture
def texture():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (12, 20), np.uint8)
    return cv2.resize(image, (320, 180), interpolation=cv2.INTER_CUBIC)


def warped(image, scale, shift):
    """Scales about the centre of the box, (130, 90), and shifts."""
    matrix = np.float64([[scale, 0, 0], [0, scale, 0]])
    matrix[:, 2] = (1 - scale) * np.array([129.5, 89.5]) + shift
    return cv2.warpAffine(image, matrix, image.shape[::-1])


@pytest.mark.parametrize("shift", [(0, 0), (7.5, -4.25), (-20, 12)])
@pytest.mark.parametrize("scale", [1.0, 1.06, 0.95])
def test_boxes_move_and_grow_with_the_picture(texture, shift, scale):
    (got,) = follow(texture, warped(texture, scale, shift), BOX)
    half = 30 * scale
    centre = np.array([130, 90]) + shift
    expected = np.concatenate([centre - half, centre + half])
    np.testing.assert_allclose(got, expected, atol=0.6)


def test_the_background_may_move_otherwise(texture):
    moved = warped(texture, 1.0, (-9, 3))
    moved[60:120, 108:168] = texture[60:120, 100:160]
    (got,) = follow(texture, moved, BOX)
    np.testing.assert_allclose(got, BOX[0] + [8, 0, 8, 0], atol=0.6)


def test_what_is_replaced_is_lost(texture):
    rng = np.random.default_rng(1)
    other = rng.integers(0, 256, texture.shape, np.uint8)
    assert np.isnan(follow(texture, other, BOX)).all()


def test_what_is_mostly_replaced_is_lost(texture):
    rng = np.random.default_rng(1)
    other = rng.integers(0, 256, texture.shape, np.uint8)
    other[:, 100:118] = texture[:, 100:118]
    assert np.isnan(follow(texture, other, BOX)).all()
    other[:, 100:145] = texture[:, 100:145]
    np.testing.assert_allclose(follow(texture, other, BOX), BOX, atol=0.6)


def test_a_box_is_lost_when_its_centre_leaves_the_picture(texture):
    edge = np.array([[-38.0, 40, 42, 120]])
    (inside,) = follow(texture, warped(texture, 1, (-1, 0)), edge)
    np.testing.assert_allclose(inside, [-39, 40, 41, 120], atol=0.6)
    assert np.isnan(follow(texture, warped(texture, 1, (-3, 0)), edge)).all()


def test_boxes_do_not_depend_on_each_other(texture):
    moved = warped(texture, 1.0, (3, 3))
    boxes = np.array([[20.0, 20, 60, 60], [np.nan] * 4, BOX[0]])
    got = follow(texture, moved, boxes)
    assert np.isnan(got[1]).all()
    np.testing.assert_array_equal(got[2], follow(texture, moved, BOX)[0])
    assert follow(texture, moved, np.zeros((0, 4))).shape == (0, 4)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 360), (320, 180)),
        ((320, 240), (320, 240)),
        ((321, 240), (160, 120)),
        ((1920, 1080), (320, 180)),
        ((3, 4000), (1, 307)),
    ],
)
def test_pictures_shrink_by_a_whole_factor(size, expected):
    grey = small_grey(np.full(size[::-1], 77, np.uint8))
    assert grey.shape == expected[::-1]
    assert (grey == 77).all()


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 6, 12])
def test_the_small_picture_has_the_means_of_blocks(factor):
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (6 * factor, 320 * factor), np.uint8)
    blocks = grey.reshape(6, factor, 320, factor).mean(axis=(1, 3))
    np.testing.assert_allclose(small_grey(grey), blocks, atol=1.5)


def test_following_does_not_depend_on_the_last_digits_of_a_box():
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(
        rng.integers(0, 256, (120, 160), np.uint8), (0, 0), 2
    )
    moved = np.roll(picture, (2, 3), axis=(0, 1))
    moved = cv2.addWeighted(
        moved, 0.8, rng.integers(0, 256, moved.shape, np.uint8), 0.2, 0
    )
    box = np.array([[30.37, 20.21, 90.55, 85.4]])
    near = box + rng.uniform(-1e-5, 1e-5, box.shape)
    np.testing.assert_allclose(
        boxes.follow(picture, moved, near),
        boxes.follow(picture, moved, box),
        atol=1e-3,
    )


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3, 4), (5, 2), (0, 3)])
@pytest.mark.parametrize("share", [1.0, 0.6, 0.3])
def test_pairs_are_as_many_as_can_be_and_have_the_largest_sum(shape, share):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gain, allowed = rng.normal(size=shape), rng.random(shape) < share
        pairs = boxes.assign_pairs(gain, allowed)
        assert len(set(pairs.values())) == len(pairs)
        assert all(allowed[i, j] for i, j in pairs.items())
        few, many = sorted(shape)
        turned = shape[0] > shape[1]
        table, open_ = (gain.T, allowed.T) if turned else (gain, allowed)
        # By trying every choice of partners.
        tried = [
            (
                sum(open_[i, j] for i, j in enumerate(order)),
                sum(table[i, j] for i, j in enumerate(order) if open_[i, j]),
            )
            for order in itertools.permutations(range(many), few)
        ]
        most, largest = max(tried)
        assert len(pairs) == most
        found = sum(gain[i, j] for i, j in pairs.items())
        assert found == pytest.approx(largest)


def test_pairs_that_nothing_else_claims_are_found_without_loading_scipy():
    code = """
import sys, numpy as np
from emoaff.faces.boxes import assign_pairs
allowed = np.eye(4, dtype=bool)
allowed[0, :2] = False
print(assign_pairs(np.ones((4, 4)), allowed))
print("scipy.optimize" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["{1: 1, 2: 2, 3: 3}", "False"]
