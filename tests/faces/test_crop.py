import cv2
import numpy as np
import pytest

from emoaff.faces import Frame
from emoaff.faces import crop_face
from emoaff.faces.crop import crop_grey
from emoaff.faces.crop import find_grey
from emoaff.faces.crop import stretch

NAN = float("nan")


def ramp(width=200, height=100):
    """Red is the column, green the row, blue nothing."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)
    image[..., 1] = np.arange(height)[:, None]
    return image


@pytest.mark.parametrize("interpolation", ["area", "bilinear", "bicubic"])
def test_a_crop_of_the_same_size_is_a_copy(interpolation):
    image = ramp()
    crop = crop_face(image, (30, 20, 50, 50), 0, 50, interpolation)
    np.testing.assert_array_equal(crop, image[20:70, 30:80])


def test_the_square_is_around_the_centre_of_the_longer_side():
    image = ramp()
    # Centre (60, 45); the side is 40 and not 20.
    crop = crop_face(image, (50, 25, 20, 40), 0, 40)
    np.testing.assert_array_equal(crop, image[25:65, 40:80])


def test_the_margin_is_the_total_of_both_sides():
    image = ramp()
    # 40 * 1.5 = 60: ten more on each side of 40..80 and 20..60.
    crop = crop_face(image, (40, 20, 40, 40), 0.5, 60)
    np.testing.assert_array_equal(crop, image[10:70, 30:90])


def test_a_place_between_pixels_is_kept():
    # Half a pixel to the right: each value lies between two columns.
    crop = crop_face(ramp(), (30.5, 20, 40, 40), 0, 40)
    expected = np.arange(30, 70) + 0.5
    np.testing.assert_allclose(crop[0, :, 0], expected, atol=0.5)
    np.testing.assert_array_equal(crop[:, 0, 1], np.arange(20, 60))


def test_enlarging_is_bilinear():
    # Twice as large: centres at 30.25, 30.75, 31.25 ... counted from edges,
    # so at 29.75, 30.25, 30.75 ... counted from centres of pixels.
    crop = crop_face(ramp(), (30, 20, 20, 20), 0, 40)
    expected = 29.75 + np.arange(40) / 2
    np.testing.assert_allclose(crop[0, :, 0], expected, atol=0.51)


def test_shrinking_averages_every_pixel():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (120, 120, 3), np.uint8)
    crop = crop_face(image, (20, 20, 80, 80), 0, 20)
    # By hand: each pixel is the mean of four by four.
    expected = image[20:100, 20:100].reshape(20, 4, 20, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(crop, expected, atol=1.5)
    aliased = crop_face(image, (20, 20, 80, 80), 0, 20, "bilinear")
    assert np.abs(aliased - expected).mean() > 20


@pytest.mark.parametrize("side", [37.3, 50, 61.7, 99])
@pytest.mark.parametrize("size", [16, 48])
def test_positions_survive_any_scale(side, size):
    crop = crop_face(ramp(), (50.2, 0.4, side, side), 0, size)
    step = side / size
    expected = 50.2 + (np.arange(size) + 0.5) * step - 0.5
    np.testing.assert_allclose(crop[size // 2, :, 0], expected, atol=1.01)


def test_outside_the_picture_its_border_is_repeated():
    image = ramp()
    crop = crop_face(image, (-20, -10, 60, 60), 0, 60)
    assert (crop[:, :20, 0] == 0).all()
    np.testing.assert_array_equal(crop[10:, 20:], image[:50, :40])
    np.testing.assert_array_equal(
        crop[:10, 20:, 0], image[:1, :40, 0][[0] * 10]
    )
    # Where it shrinks, the last pixel is the mean of 196 to 199.
    crop = crop_face(image, (140, 40, 120, 120), 0, 30)
    np.testing.assert_allclose(crop[:, 16:, 0], 197.5, atol=0.5)
    np.testing.assert_allclose(crop[16:, :, 1], 97.5, atol=0.5)


def test_a_huge_box_costs_nothing():
    crop = crop_face(ramp(), (-1e6, -1e6, 2e6, 2e6), 0, 32)
    assert crop.shape == (32, 32, 3)


@pytest.mark.parametrize(
    "box",
    [
        (NAN, 0, 10, 10),
        (0, 0, float("inf"), 10),
        (0, 0, 0, 10),
        (0, 0, 10, -1),
        (200, 0, 10, 10),  # just beside the picture
        (-10, 0, 10, 10),
    ],
)
def test_a_box_without_pixels_is_refused(box):
    with pytest.raises(ValueError, match="box must .* Received: box="):
        crop_face(ramp(), box)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"margin": -1.0},
        {"margin": NAN},
        {"interpolation": "best"},
        {"shape": "round"},
        {"shape": "stretch", "margin": 0.1},
        {"image": np.zeros((9, 9), np.uint8)},
        {"image": np.zeros((9, 9, 3), np.float32)},
    ],
)
def test_wrong_options_say_what_was_received(wrong):
    given = {"image": ramp(), "box": (0, 0, 9, 9)} | wrong
    with pytest.raises(ValueError, match="Received: "):
        crop_face(**given)


def test_stretch_takes_the_whole_pixels_of_the_box():
    # 30.9 and 20.9 are cut, as are the far corners, 70.8 and 50.8.
    crop = crop_face(ramp(), (30.9, 20.9, 39.9, 29.9), 0, 40, shape="stretch")
    expected = cv2.resize(ramp()[20:50, 30:70], (40, 40), None, 0, 0, 3)
    np.testing.assert_array_equal(crop, expected)
    assert (crop[0, :, 0] == np.arange(30, 70)).all()  # 40 columns as they are


def test_stretch_stops_one_pixel_before_the_end_of_the_picture():
    # Columns 0 to 198 of 200 and rows 40 to 98 of 100, as in the original.
    box = (-20.5, 40.2, 400.0, 90.0)
    crop = crop_face(ramp(), box, 0, 64, "nearest", "stretch")
    rows = 40 + np.arange(64) * 59 // 64
    columns = np.arange(64) * 199 // 64
    np.testing.assert_array_equal(crop[:, 0, 1], rows)
    np.testing.assert_array_equal(crop[0, :, 0], columns)


def test_stretch_averages_by_the_area():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (90, 120, 3), np.uint8)
    crop = crop_face(image, (10, 10, 80, 40), 0, 20, "area", "stretch")
    # By hand: the mean of two rows by four columns.
    expected = image[10:50, 10:90].reshape(20, 2, 20, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(crop, expected, atol=0.51)


def test_stretch_of_a_sliver_is_a_pixel_wide():
    crop = crop_face(ramp(), (199.5, 20, 9, 30), 0, 8, "nearest", "stretch")
    assert (crop[..., 0] == 199).all()


def test_a_whole_picture_is_stretched_whole():
    picture = stretch(ramp(), 50, "nearest")
    np.testing.assert_array_equal(picture[0, :, 0], np.arange(50) * 4)
    np.testing.assert_array_equal(picture[:, 0, 1], np.arange(50) * 2)


@pytest.mark.parametrize(
    "box",
    [(30, 20, 50, 61), (-20, 10, 90.5, 70), (150, 60, 80, 80), (60, 40, 9, 12)],
)
def test_a_grey_crop_is_the_crop_in_grey(box):
    rng = np.random.default_rng(0)
    image = cv2.GaussianBlur(
        rng.integers(0, 256, (100, 200, 3), np.uint8), (0, 0), 1.5
    )
    cut = crop_face(image, box, 0.1, 16)
    expected = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)
    got = crop_grey(find_grey(Frame(0, 0.0, image)), box, 0.1, 16)
    assert got.shape == (16, 16)
    np.testing.assert_allclose(got.astype(int), expected, atol=2)
    assert np.ptp(expected) > 20


def test_grey_is_the_luma_of_bt_601_and_that_of_the_frame_where_it_has_one():
    image = np.array([[[100, 0, 0], [0, 100, 0], [0, 0, 100]]], np.uint8)
    grey = find_grey(Frame(0, 0.0, image))
    assert grey.tolist() == [[30, 59, 11]]  # 29.9, 58.7, 11.4
    assert grey.dtype == np.uint8
    assert find_grey(Frame(0, 0.0, image, grey=grey)) is grey


def test_a_grey_crop_of_no_grey_picture_is_refused():
    with pytest.raises(ValueError, match="expects a grey picture"):
        crop_grey(np.zeros((8, 8, 3), np.uint8), (0, 0, 4, 4))
    with pytest.raises(ValueError, match="box must touch the picture of 8x8"):
        crop_grey(np.zeros((8, 8), np.uint8), (9, 0, 4, 4))
