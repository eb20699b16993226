import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from PIL import ImageEnhance

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.clip_augmenter import mixup

SEEDS = np.stack([np.full(40, 5), np.arange(40)], axis=1)


@pytest.fixture
def clips():
    """40 times the same clip of three frames, 30 x 30, of smooth noise."""
    rng = np.random.default_rng(0)
    noise = rng.integers(40, 216, (3, 5, 5, 3), np.uint8)
    frames = [
        Image.fromarray(n).resize((30, 30), Image.Resampling.BILINEAR)
        for n in noise
    ]
    return np.stack([np.stack([np.asarray(f) for f in frames])] * 40)


def changed(clips, **arguments):
    return np.asarray(ClipAugmenter(30, **arguments)(clips, SEEDS))


def test_without_changes_it_is_a_resize(clips):
    np.testing.assert_array_equal(changed(clips), clips)
    got = np.asarray(ClipAugmenter(45)(clips[0], SEEDS[0]))
    for frame, stored in zip(got, clips[0], strict=True):
        expected = Image.fromarray(stored).resize(
            (45, 45), Image.Resampling.BILINEAR
        )
        assert np.abs(frame - np.float32(expected)).max() < 1.01


def test_crops_are_pieces_enlarged_again(clips):
    # 30 / (170 / 150) = 26.47, so 26 of 30 pixels, at 5 places a side.
    got = changed(clips, crop=True)
    places = set()
    for clip in got:
        errors = {}
        for top, left in np.ndindex(5, 5):
            box = (left, top, left + 26, top + 26)
            expected = [
                Image.fromarray(f)
                .crop(box)
                .resize((30, 30), Image.Resampling.BILINEAR)
                for f in clips[0]
            ]
            errors[top, left] = np.abs(clip - np.float32(expected)).max()
        best = min(errors, key=errors.get)
        assert errors[best] < 1.01
        places.add(best)
    assert {top for top, _ in places} == {left for _, left in places}
    assert {top for top, _ in places} == set(range(5))


def test_the_crop_shows_what_an_enlarged_picture_would(clips):
    # 150 to 170, a piece of 150: as 132.35 of 150; here 132.
    ramp = np.broadcast_to(np.arange(150.0)[:, None], (150, 150))
    clip = np.repeat(ramp[None, ..., None], 3, axis=-1).astype(np.float32)
    got = np.asarray(ClipAugmenter(150, crop=True)(clip, [0, 0]))[0, :, 0, 0]
    steps = np.diff(got)[2:-2]
    np.testing.assert_allclose(steps, 132 / 150, atol=1e-4)
    assert abs(132 / 150 - 150 / 170) < 0.003


def test_margin_cuts_evenly_about_the_centre(clips):
    # A cross of lines through the middle stays in the middle.
    clip = np.zeros((40, 1, 90, 90, 3), np.float32)
    clip[:, :, 42:48] = clip[:, :, :, 42:48] = 200.0
    got = np.asarray(ClipAugmenter(90, margin=0.4)(clip, SEEDS))[:, 0, 0, :, 0]
    weight = got / got.sum(axis=1, keepdims=True)
    centre = weight @ (np.arange(90) + 0.5)
    np.testing.assert_allclose(centre, 45.0, atol=1.0)
    width = got.sum(axis=1) / 200  # 6 pixels, enlarged by 1 to 1 / 0.6
    assert 5.9 < width.min() < 6.6 < 9 < width.max() < 10.2


def test_half_of_the_clips_are_mirrored(clips):
    got = changed(clips, flip=True)
    same = (got == clips).all(axis=(1, 2, 3, 4))
    mirrored = (got == clips[:, :, :, ::-1]).all(axis=(1, 2, 3, 4))
    assert (same ^ mirrored).all()
    assert 10 < mirrored.sum() < 30


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_saturation_is_that_of_pillow(clips, factor):
    got = changed(clips, saturation=(factor, factor))
    alone = ClipAugmenter(30, saturation=(factor, factor))
    np.testing.assert_allclose(alone(clips[0], SEEDS[0]), got[0], atol=1e-3)
    for frame, stored in zip(got[0], clips[0], strict=True):
        picture = ImageEnhance.Color(Image.fromarray(stored)).enhance(factor)
        assert np.abs(frame - np.float32(picture)).max() <= 1.5  # its grey is


def test_saturation_covers_its_range(clips):
    # Of any colour, the distance to its grey grows by the factor.
    got = changed(clips, saturation=(0.5, 1.5))
    at = (0, 10, 10)
    luma = [0.299, 0.587, 0.114]
    difference = clips[(0, *at)] - clips[(0, *at)] @ luma
    factors = (got[:, 0, 10, 10] - got[:, 0, 10, 10] @ np.c_[luma]) / difference
    assert factors.std(axis=1).max() < 0.01
    assert 0.5 <= factors.min() < 0.6 < 1.4 < factors.max() <= 1.5


def test_brightness_adds_the_same_everywhere(clips):
    change = changed(clips, brightness=32.0) - clips
    assert change.std(axis=(1, 2, 3, 4)).max() < 1e-4
    added = change[:, 0, 0, 0, 0]
    assert -32 <= added.min() < -20 < 20 < added.max() <= 32


def test_contrast_keeps_the_mean_grey(clips):
    luma = np.array([0.299, 0.587, 0.114])
    grey = clips @ luma
    got = changed(clips, contrast=(0.7, 0.7)) @ luma
    # The mean is taken of every fourth pixel.
    np.testing.assert_allclose(
        got.mean(axis=(1, 2, 3)), grey.mean(axis=(1, 2, 3)), atol=2
    )
    ratio = got.std(axis=(1, 2, 3)) / grey.std(axis=(1, 2, 3))
    np.testing.assert_allclose(ratio, 0.7, atol=1e-3)


def test_grey_clips_have_no_hue(clips):
    got = changed(clips, grey=0.5, saturation=(1.2, 1.2))
    colour = np.ptp(got, axis=-1).max(axis=(1, 2, 3))
    assert 8 < (colour < 1e-3).sum() < 32
    assert (np.sort(colour)[-8:] > 20).all()


def test_saturation_comes_before_brightness(clips):
    # Were it the other way round, or clipped in between, this would differ:
    # pure red, 255 0 0, half as saturated is 166 38 38; plus 32 as a most.
    red = np.zeros((40, 1, 4, 4, 3), np.float32) + np.float32([255, 0, 0])
    both = ClipAugmenter(4, saturation=(0.5, 0.5), brightness=32.0)
    got = np.asarray(both(red, SEEDS))[:, 0, 0, 0]
    added = got - [0.5 * 255 + 0.5 * 76.245, 38.1225, 38.1225]
    np.testing.assert_allclose(added, added[:, :1] * np.ones(3), atol=1e-3)
    white = np.full((1, 4, 4, 3), 255, np.uint8)
    for seed in SEEDS:
        assert np.asarray(both(white, seed)).max() <= 255


def test_a_third_of_the_clips_is_blurred_and_keeps_its_mean(clips):
    fine = np.random.default_rng(0).integers(0, 256, clips.shape[1:], np.uint8)
    fine = np.broadcast_to(fine, clips.shape)
    got = changed(fine, blur=2.0)
    spread = got.std(axis=(1, 2, 3, 4)) / fine[0].std()
    assert 5 < (spread < 0.99).sum() < 22
    assert spread.max() < 1.001
    assert spread.min() < 0.5
    np.testing.assert_allclose(
        got.mean(axis=(1, 2, 3, 4)), fine[0].mean(), rtol=0.02
    )


EVERYTHING = dataclasses.replace(ClipAugmenter.strong(30), blur=1.0)


@pytest.mark.parametrize(
    "augment", [EVERYTHING, ClipAugmenter.tzirakis(30)], ids=["all", "tzirakis"]
)
def test_a_still_clip_stays_still(clips, augment):
    still = np.repeat(clips[:, :1], 3, axis=1)
    got = np.asarray(augment(still, SEEDS))
    np.testing.assert_allclose(got[:, 1:], got[:, :1].repeat(2, 1), atol=1e-3)
    assert np.abs(got[0] - got[1]).mean() > 1
    assert 0 <= got.min() and got.max() <= 255
    frames = dataclasses.replace(augment, per="frame")
    got = np.asarray(frames(still, SEEDS))
    assert (np.abs(got[:, 1] - got[:, 0]).mean(axis=(1, 2, 3)) > 0.2).all()


@pytest.mark.parametrize("per", ["clip", "frame"])
def test_eager_and_tf_data_agree(clips, per):
    augment = dataclasses.replace(EVERYTHING, per=per)
    dataset = tf.data.Dataset.from_tensors((clips[:4], SEEDS[:4]))
    (mapped,) = dataset.map(augment)
    assert mapped.shape == (4, 3, 30, 30, 3)
    np.testing.assert_allclose(mapped, augment(clips[:4], SEEDS[:4]), atol=1e-3)


def test_a_clip_alone_is_changed_as_in_a_batch(clips):
    batch = np.asarray(EVERYTHING(clips[:3], SEEDS[:3]))
    for clip, seed, expected in zip(clips, SEEDS, batch, strict=False):
        np.testing.assert_allclose(EVERYTHING(clip, seed), expected, atol=1e-3)


@pytest.mark.parametrize(
    "arguments",
    [
        {"saturation": (1.5, 0.5)},
        {"contrast": (-1.0, 1.0)},
        {"grey": 2.0},
        {"margin": 1.0},
        {"ratio": 0.5},
        {"brightness": -1.0},
        {"per": "pixel"},
    ],
)
def test_a_range_that_is_none_is_named(arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"Received.*{name}="):
        ClipAugmenter(30, **arguments)


def test_mixup_blends_pictures_and_labels_in_the_same_shares():
    x = np.eye(64, dtype=np.float32)
    y = {"class": np.eye(64, dtype=np.float32), "va": x[:, :2].copy()}
    y["va"][5] = np.nan
    mixed, labels = mixup(x, y, (1, 2), 1.0)
    mixed = np.asarray(mixed)
    np.testing.assert_allclose(mixed.sum(axis=1), 1.0, atol=1e-5)
    assert ((mixed > 0).sum(axis=1) <= 2).all()
    own = np.diag(mixed)
    assert (own >= 0.5).all()
    # The smaller of two shares that a beta(1, 1), flat, gives has mean 1/4.
    other = 1 - own[(mixed > 0).sum(axis=1) == 2]
    assert abs(other.mean() - 0.25) < 0.06
    np.testing.assert_array_equal(labels["class"], mixed)
    unlabelled = mixed[:, 5] > 0
    assert np.isnan(labels["va"].numpy()).all(axis=1).tolist() == list(
        unlabelled
    )
    np.testing.assert_allclose(
        labels["va"][~unlabelled], mixed[~unlabelled, :2], atol=1e-6
    )


def test_mixup_of_a_small_alpha_changes_little():
    x = np.eye(64, dtype=np.float32)
    mixed, _ = mixup(x, {}, (1, 2), 0.01)
    assert np.isfinite(mixed).all()
    assert np.diag(mixed).mean() > 0.97
    again, _ = mixup(x, {}, (1, 2), 0.01)
    np.testing.assert_array_equal(mixed, again)
