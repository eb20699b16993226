import cv2
import numpy as np
import pytest
import tensorflow as tf

from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.face_augmenter import _invert_affine

STILL = {
    "zoom": 1.0,
    "rotation": 0.0,
    "stretch": 0.0,
    "shift": 0.0,
    "brightness": 0.0,
    "contrast": 1.0,
    "gamma": 1.0,
    "blur": 0.0,
    "noise": 0.0,
    "cover": 0.0,
}


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (16, 12, 12, 3), dtype=np.uint8)


def test_without_changes_it_is_a_bilinear_resize_or_its_mirror(images):
    got = np.asarray(FaceAugmenter(size=30, **STILL)(images, [0, 1]))
    plain = np.asarray(tf.image.resize(images, (30, 30)))
    # Half of the batch is filled with a grey outside, which the outermost
    # pixels are mixed with; compare inside.
    inner = slice(2, -2)
    for one, expected in zip(got, plain, strict=True):
        error = [
            np.abs(one - e)[inner, inner].max()
            for e in (expected, expected[:, ::-1])
        ]
        assert min(error) < 0.01


def test_zoom_and_shift_move_a_dot_by_hand_arithmetic():
    # A wide dot in the middle of 64 pixels stays in the middle under zoom.
    image = np.zeros((2, 64, 64, 1), np.float32)
    image[:, 28:36, 28:36] = 255.0
    zoomed = {**STILL, "zoom": 2.0}
    for seed in range(5):
        out = np.asarray(FaceAugmenter(size=64, **zoomed)(image, [0, seed]))
        column = out[0, :, 32, 0]
        centre = (column * (np.arange(64) + 0.5)).sum() / column.sum()
        assert abs(centre - 32) < 0.1
        # 8 pixels times a factor between 1/2 and 2
        assert 3.5 < column.sum() / 255 < 16.5


def test_faces_shrink_further_than_they_grow_where_that_is_wanted():
    image = np.zeros((128, 64, 64, 1), np.float32)
    image[:, 28:36, 28:36] = 255.0
    changed = {**STILL, "zoom": 1.25, "shrink": 2.0}
    out = np.asarray(FaceAugmenter(size=64, **changed)(image, [0, 0]))
    # 8 pixels times a factor between 1/2 and 5/4.
    sides = out[:64, :, 32, 0].sum(axis=1) / 255
    assert 3.9 < sides.min() < 4.3
    assert 9.5 < sides.max() < 10.2
    # Log-uniform: half of them below the geometric mean of both ends.
    assert abs(np.mean(sides < 8 * np.sqrt(1.25 / 2)) - 0.5) < 0.15


def test_the_warp_maps_output_to_input_pixels_by_hand_arithmetic():
    # 100 x 100 pixels to 100 x 100; twice as wide, half as high, then moved
    # 0.1 of the side to the right and 0.2 down; no rotation.
    one = tf.constant([1.0])
    (row,) = _invert_affine(
        tf.constant([100.0, 100.0]),
        100,
        2.0 * one,
        0.5 * one,
        0.0 * one,
        0.1 * one,
        0.2 * one,
    ).numpy()
    a, b, c, d, e, f, *rest = row
    assert list(rest) == [0, 0]
    for x, y in ((49.5, 49.5), (80.0, 10.0)):
        # From the middle, 49.5: undo the shift, then the scale.
        expected = (
            (x - 49.5 - 10) / 2.0 + 49.5,
            (y - 49.5 - 20) / 0.5 + 49.5,
        )
        got = (a * x + b * y + c, d * x + e * y + f)
        np.testing.assert_allclose(got, expected, atol=1e-3)


def test_a_quarter_turn_maps_right_to_down():
    # Turned by 90 degrees, what is right of the middle comes to lie below.
    one = tf.constant([1.0])
    row = _invert_affine(
        tf.constant([10.0, 10.0]),
        10,
        one,
        one,
        one * np.float32(np.pi / 2),
        0 * one,
        0 * one,
    ).numpy()[0]
    x, y = 4.5, 8.5  # 4 pixels below the middle
    got = (row[0] * x + row[1] * y + row[2], row[3] * x + row[4] * y + row[5])
    np.testing.assert_allclose(got, (8.5, 4.5), atol=1e-4)


def test_eager_and_tf_data_agree(images):
    augment = FaceAugmenter(size=20)
    eager = augment(images, [3, 4])
    dataset = tf.data.Dataset.from_tensors(images)
    (mapped,) = dataset.map(lambda x: augment(x, [3, 4]))
    np.testing.assert_allclose(mapped, eager, atol=1e-3)


def test_a_seed_repeats_and_another_differs(images):
    augment = FaceAugmenter(size=20)
    first = np.asarray(augment(images, [0, 0]))
    np.testing.assert_array_equal(first, augment(images, [0, 0]))
    assert np.abs(first - augment(images, [0, 1])).mean() > 1


def test_values_stay_in_range_and_pictures_differ(images):
    out = np.asarray(FaceAugmenter(size=20)(images[:1].repeat(16, 0), [0, 0]))
    assert out.shape == (16, 20, 20, 3)
    assert out.dtype == np.float32
    assert 0 <= out.min() and out.max() <= 255
    assert np.abs(out[0] - out[1]).mean() > 1


def test_blur_keeps_the_mean_and_lowers_the_contrast(images):
    blurred = {**STILL, "blur": 2.0}
    out = np.asarray(FaceAugmenter(size=12, **blurred)(images, [0, 0]))
    plain = np.asarray(FaceAugmenter(size=12, **STILL)(images, [0, 0]))
    change = out.std(axis=(1, 2, 3)) / plain.std(axis=(1, 2, 3))
    np.testing.assert_allclose(
        out.mean(axis=(1, 2, 3)), plain.mean(axis=(1, 2, 3)), rtol=0.05
    )
    blurred_share = (change < 0.9).mean()
    assert 0.1 < blurred_share < 0.6  # a third, of 16 pictures
    assert change.max() < 1.001


def test_cover_hides_a_rectangle_of_some_pictures():
    image = np.zeros((64, 32, 32, 1), np.float32)
    covered = {**STILL, "cover": 0.5}
    # The second half is filled with grey outside; look at the first.
    out = np.asarray(FaceAugmenter(size=32, **covered)(image, [0, 0]))[:32]
    changed = (out != 0).any(axis=(1, 2, 3)).mean()
    assert 0.25 < changed < 0.75
    assert (out != 0).mean(axis=(1, 2, 3)).max() <= 0.17  # at most 0.4 x 0.4


def test_what_surrounds_a_small_face_is_taken_from_other_pictures():
    dark = np.zeros((4, 32, 32, 1), np.float32)
    bright = np.full((4, 32, 32, 1), 200.0, np.float32)
    images = np.concatenate([dark, bright])[[0, 4, 1, 5, 2, 6, 3, 7]]
    changed = {**STILL, "shrink": 3.0, "surround": 0.5}
    out = np.asarray(FaceAugmenter(size=32, **changed)(images, [0, 0]))
    # Neighbours in the batch differ, so the last half has both levels.
    for one, own in zip(out[4:], images[4:], strict=True):
        inside, corner = one[16, 16, 0], one[0, 0, 0]
        assert inside == pytest.approx(own[0, 0, 0], abs=0.01)
        assert corner == pytest.approx(200.0 - own[0, 0, 0], abs=0.01)
    # The first quarter repeats its border.
    assert np.ptp(out[:2], axis=(1, 2, 3)).max() < 0.01


def test_a_share_that_rounds_to_no_picture_surrounds_none(images):
    moved = {**STILL, "shift": 0.4, "surround": 0.02}
    out = np.asarray(FaceAugmenter(size=12, **moved)(images, [1, 2]))
    same = {**STILL, "shift": 0.4}
    plain = np.asarray(FaceAugmenter(size=12, **same)(images, [1, 2]))
    np.testing.assert_allclose(out, plain, atol=1e-4)


def test_a_third_of_the_pictures_is_dimmed_by_no_less_than_the_least():
    white = np.full((400, 4, 4, 1), 200.0, np.float32)
    changed = {**STILL, "dim": 0.25}
    out = np.asarray(FaceAugmenter(size=4, **changed)(white, [0, 0]))
    factor = out[:, 1, 1, 0] / 200.0
    assert factor.min() >= 0.25 - 1e-6
    dimmed = factor < 0.999
    assert abs(dimmed.mean() - 1 / 3) < 0.08
    # Log-uniform: half of them below the geometric mean of both ends.
    assert abs((factor[dimmed] < 0.5).mean() - 0.5) < 0.12


def test_blur_before_the_warp_is_in_pixels_of_the_stored_picture():
    dot = np.zeros((64, 33, 33, 1), np.float32)
    dot[:, 16, 16] = 255.0
    changed = {**STILL, "source_blur": 2.0}
    small = np.asarray(FaceAugmenter(size=33, **changed)(dot, [0, 0]))
    large = np.asarray(FaceAugmenter(size=99, **changed)(dot, [0, 0]))

    def widths(out):
        x = out[:32].sum(axis=(1, 3))
        place = np.arange(x.shape[1]) - (x.shape[1] - 1) / 2
        return np.sqrt((x * place**2).sum(axis=1) / x.sum(axis=1))

    assert 1.2 < widths(small).max() <= 2.01
    blurred = widths(small) > 0.9
    assert 2 < blurred.sum() < 22
    np.testing.assert_allclose(
        widths(large)[blurred] / widths(small)[blurred], 3.0, rtol=0.12
    )


def test_every_third_picture_is_a_jpeg_of_the_least_quality_or_better(images):
    smooth = tf.image.resize(images[:12], (64, 64)).numpy()
    changed = {**STILL, "jpeg": 20.0}
    plain = np.asarray(FaceAugmenter(size=64, **STILL)(smooth, [0, 3]))
    out = np.asarray(FaceAugmenter(size=64, **changed)(smooth, [0, 3]))
    rest = np.arange(12) % 3 > 0
    np.testing.assert_array_equal(out[rest], plain[rest])

    def compress(picture, quality):
        settings = (cv2.IMWRITE_JPEG_QUALITY, quality)
        _, code = cv2.imencode(".jpg", picture, settings)
        return cv2.imdecode(code, cv2.IMREAD_COLOR)

    for one, before in zip(
        out[~rest], np.uint8(plain[~rest].round()), strict=True
    ):
        error = np.abs(one - before).mean()
        worst = np.abs(compress(before, 20).astype(int) - before).mean()
        assert 0 < error < 1.3 * worst
        assert (one == one.round()).all()  # as it was read from a file
        assert out.min() >= 0 and out.max() <= 255


def test_the_least_quality_of_a_jpeg_is_reached_now_and_then(images):
    smooth = tf.image.resize(images[:1], (32, 32)).numpy()
    many = np.repeat(smooth, 120, axis=0)
    plain = np.asarray(FaceAugmenter(size=32, **STILL)(many, [0, 3]))

    def find_errors(least):
        changed = FaceAugmenter(size=32, **{**STILL, "jpeg": least})
        out = np.asarray(changed(many, [0, 3]))[::3]
        return np.abs(out - plain[::3].round()).mean(axis=(1, 2, 3))

    assert find_errors(10.0).max() > 2 * find_errors(80.0).max()
