import numpy as np
import pytest

from emoaff.data.sampling import balanced_indices
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
    drawn = balanced_indices(CLASSES, 60_000, power, seed=0, epoch=0)
    got = np.bincount(CLASSES[drawn]) / len(drawn)
    np.testing.assert_allclose(got, shares, atol=0.01)


def test_an_epoch_is_repeatable_and_unlike_the_next():
    first, again, other, seeded = (
        balanced_indices(CLASSES, 500, 0.5, seed, epoch)
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
