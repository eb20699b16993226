import numpy as np
import pytest

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import expand_to_frames


@pytest.mark.parametrize(
    ("a", "b", "fits"),
    [
        ((2, 3), (2, 3), True),
        ((None, 3), (2, None), True),
        ((2, 3), (2, 4), False),
        ((2,), (2, 1), False),
        ((), (), True),
    ],
)
def test_unknown_sizes_fit_any(a, b, fits):
    assert agree(a, b) == fits


@pytest.mark.parametrize(
    ("shape", "rank", "expected"),
    [
        ((4,), 2, (4, 1)),
        ((4, 5), 2, (4, 5)),
        ((4, 5, 1), 2, (4, 5)),
        ((4, 1), 1, (4,)),
    ],
)
def test_weights_of_samples_stand_before_the_frames(shape, rank, expected):
    assert tuple(expand_to_frames(np.ones(shape), rank).shape) == expected


@pytest.mark.parametrize("shape", [(), (4, 5, 2)])
def test_weights_of_another_rank_are_refused(shape):
    with pytest.raises(ValueError, match=r"of rank 2\. Received"):
        expand_to_frames(np.ones(shape), 2)
