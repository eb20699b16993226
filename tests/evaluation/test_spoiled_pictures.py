import cv2
import numpy as np
import pytest
from scipy import ndimage

from emoaff.evaluation.spoiled_pictures import make_spoilings


@pytest.fixture
def face():
    y, x = np.mgrid[:48, :48]
    return np.uint8(np.stack([4 * x + 20, 3 * y + 30, x + y], axis=-1))


def test_a_looser_crop_is_larger_with_the_picture_in_its_middle(face):
    wide = make_spoilings()["margin 1.6"](face)
    # 48 * 0.6 / 2 = 14.4 pixels more on each side.
    assert wide.shape == (76, 76, 3)
    np.testing.assert_array_equal(wide[14:62, 14:62], face)
    np.testing.assert_array_equal(wide[0, 14:62], face[0])


@pytest.mark.parametrize("side", [24, 32, 96, 224])
def test_sizes_are_those_named(face, side):
    assert make_spoilings()[f"{side} px"](face).shape == (side, side, 3)


def test_a_smaller_picture_is_the_mean_of_what_it_shows(face):
    small = make_spoilings()["24 px"](face)
    mean = face.reshape(24, 2, 24, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - mean).max() <= 0.5


def test_blur_goes_with_the_size_of_the_picture():
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (96, 96, 3), np.uint8)
    expected = ndimage.gaussian_filter(
        large.astype(float), (2, 2, 0), mode="nearest"
    )
    assert np.abs(make_spoilings()["blur 1"](large) - expected).max() < 1.5
    assert np.abs(make_spoilings()["blur 2"](large) - expected).max() > 3


def test_darkness_scales_values(face):
    dark = make_spoilings()["a fifth as bright"](face)
    assert np.abs(dark - face * 0.2).max() <= 0.5


def test_jpeg_keeps_colours_in_their_channels(face):
    spoiled = make_spoilings()["JPEG 20"](face)
    assert 0 < np.abs(spoiled - face.astype(float)).mean() < 8


@pytest.mark.parametrize("degrees", [-30, 30])
def test_turning_is_counter_clockwise_about_the_centre(degrees):
    point = np.zeros((49, 49, 3), np.uint8)
    point[24, 40] = 255  # 16 to the right of the centre
    turned = make_spoilings()[f"turned {degrees}"](point)[..., 0]
    row, column = np.unravel_index(turned.argmax(), turned.shape)
    angle = np.radians(degrees)
    assert abs(column - (24 + 16 * np.cos(angle))) <= 0.5
    assert abs(row - (24 - 16 * np.sin(angle))) <= 0.5


@pytest.mark.parametrize(
    ("half", "part"),
    [
        ("upper", np.s_[:24]),
        ("lower", np.s_[24:]),
        ("left", np.s_[:, :24]),
        ("right", np.s_[:, 24:]),
    ],
)
def test_half_of_the_picture_is_covered(face, half, part):
    covered = make_spoilings()[f"{half} half covered"](face)
    assert (covered[part] == 128).all()
    assert (covered != face).any(axis=2).mean() <= 0.5


def test_the_picture_given_stays_as_it_was(face):
    before = face.copy()
    for spoil in make_spoilings().values():
        spoil(face)
    np.testing.assert_array_equal(face, before)


def test_all_are_without_chance_and_give_colour_pictures(face):
    for name, spoil in make_spoilings().items():
        once, again = spoil(face), spoil(face)
        assert once.dtype == np.uint8, name
        assert once.ndim == 3 and once.shape[2] == 3, name
        np.testing.assert_array_equal(once, again)


def test_a_large_picture_is_darkened_as_a_small_one():
    large = cv2.resize(np.full((48, 48, 3), 100, np.uint8), (300, 200))
    assert (make_spoilings()["half as bright"](large) == 50).all()


def test_a_cut_keeps_the_inner_part_by_hand_arithmetic():
    picture = np.arange(40 * 40 * 3).reshape(40, 40, 3) % 251
    cut = make_spoilings()["cut 0.7"](np.uint8(picture))
    # 15 % of 40 pixels on each side.
    np.testing.assert_array_equal(cut, picture[6:34, 6:34])
    assert make_spoilings()["cut 0.8"](np.uint8(picture)).shape == (32, 32, 3)
