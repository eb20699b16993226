import numpy as np
import pytest

from emoaff.data.sampling import draw_balanced_indices
from emoaff.data.sampling import draw_class_weighted_order
from emoaff.data.sampling import draw_epoch_order
from emoaff.data.sampling import held_out

CLASSES = np.repeat([0, 1, 2], [800, 180, 20])


@pytest.mark.parametrize(
    ("power", "shares"),
    [
        (0.0, [0.8, 0.18, 0.02]),
        (1.0, [1 / 3, 1 / 3, 1 / 3]),
        # sqrt of the counts: 28.284, 13.416, 4.472, in all 46.173.
        (0.5, [0.61258, 0.29057, 0.09685]),
    ],
)
def test_classes_get_the_share_of_their_power(power, shares):
    drawn = draw_balanced_indices(CLASSES, 60_000, power, seed=0, epoch=0)
    got = np.bincount(CLASSES[drawn]) / len(drawn)
    np.testing.assert_allclose(got, shares, atol=0.01)


def test_an_epoch_is_repeatable_and_unlike_the_next():
    first, again, other, seeded = (
        draw_balanced_indices(CLASSES, 500, 0.5, seed, epoch)
        for seed, epoch in ((0, 3), (0, 3), (0, 4), (1, 3))
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first != seeded).any()


def test_held_out_pictures_are_a_fixed_share_by_pixels():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4000, 4, 4, 1), dtype=np.uint8)
    marked = held_out(images, 0.1)
    assert abs(marked.mean() - 0.1) < 0.02
    np.testing.assert_array_equal(held_out(images[::-1], 0.1)[::-1], marked)
    # A larger share holds the smaller one, so a copy never changes side.
    assert (held_out(images, 0.3) >= marked).all()
    assert not held_out(images, 0.0).any()
    assert held_out(images, 1.0).all()


def test_an_epoch_orders_every_example_once():
    first, again, other, seeded = (
        draw_epoch_order(50, seed, epoch)
        for seed, epoch in ((0, 3), (0, 3), (0, 4), (1, 3))
    )
    np.testing.assert_array_equal(np.sort(first), np.arange(50))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first != seeded).any()
    assert first.dtype == np.int64


@pytest.mark.parametrize(
    ("power", "shares"),
    [
        (0.0, [0.0, 0.8, 0.2]),
        (1.0, [0.0, 0.5, 0.5]),
        # sqrt of 80 and 20: 8.944 and 4.472.
        (0.5, [0.0, 2 / 3, 1 / 3]),
    ],
)
def test_windows_are_drawn_by_the_class_most_of_their_frames_have(
    power, shares
):
    # 100 windows without a label, 80 of class 0, 20 of class 1; each of them
    # has one frame of the other class and most have none.
    labels = np.full((200, 6), -1)
    labels[100:180, :3] = [0, 1, 0]
    labels[180:, :3] = [1, 0, 1]
    groups = np.repeat([0, 1, 2], [100, 80, 20])
    drawn = draw_class_weighted_order(labels, 30_000, power, seed=0, epoch=0)
    got = np.bincount(groups[drawn], minlength=3) / len(drawn)
    np.testing.assert_allclose(got, shares, atol=0.01)
    # Alike within a class.
    each = np.bincount(drawn, minlength=200)[180:]
    np.testing.assert_allclose(each / each.mean(), 1, atol=0.25)
    again = draw_class_weighted_order(labels, 30_000, power, seed=0, epoch=0)
    np.testing.assert_array_equal(drawn, again)


def test_windows_without_any_label_cannot_be_weighted():
    with pytest.raises(ValueError, match="none of 4"):
        draw_class_weighted_order(np.full((4, 3), -1), 9, 0.5, seed=0, epoch=0)
