import numpy as np
import pytest

from emoaff.losses import reciprocal_weights

# Tzirakis et al. 2021, Table 3: contempt, disgust, empathy, surprise,
# confusion, other, happy, neutral; and Table 4, training.
TABLE_3 = [8581, 10065, 10173, 15786, 56683, 57425, 60179, 840611]
TABLE_4 = [18537, 32044, 21444, 237041, 265495, 52375, 298222, 877410]


@pytest.mark.parametrize(
    ("normalise", "contempt", "neutral", "digits"),
    [
        ("none", 1.1654e-4, 1.1896e-6, 5e-5),
        ("sum", 0.270763, 0.002764, 2e-4),
        ("mean", 2.16611, 0.02211, 2e-4),
        ("max", 97.962, 1.0, 1e-5),
    ],
)
def test_the_counts_of_the_paper(normalise, contempt, neutral, digits):
    weights = reciprocal_weights(TABLE_3, normalise)
    assert weights.dtype == np.float64
    np.testing.assert_allclose(weights[[0, -1]], [contempt, neutral], digits)


def test_the_counts_of_the_paper_after_oversampling():
    expected = [
        *(0.330234, 0.191035, 0.285466, 0.025825),
        *(0.023057, 0.116879, 0.020527, 0.006977),
    ]
    got = reciprocal_weights(TABLE_4, "sum")
    np.testing.assert_allclose(got, expected, atol=5e-7)


def test_a_mean_of_one_is_the_default():
    # 1/1, 1/2, 1/4 have the mean 7/12
    got = reciprocal_weights([1, 2, 4])
    np.testing.assert_allclose(got, [12 / 7, 6 / 7, 3 / 7], 1e-15)


@pytest.mark.parametrize("normalise", ["none", "sum", "mean", "max"])
def test_an_empty_class_takes_no_part_in_the_scaling(normalise):
    got = reciprocal_weights([10, 0, 40], normalise, empty=0.25)
    rest = reciprocal_weights([10, 40], normalise)
    np.testing.assert_array_equal(got, [rest[0], 0.25, rest[1]])


def test_errors_say_what_was_received():
    with pytest.raises(ValueError, match=r"index \[1, 3\]. .*empty=0.0"):
        reciprocal_weights([5, 0, 2, 0])
    with pytest.raises(ValueError, match="Received: normalise='l2'"):
        reciprocal_weights([5, 2], "l2")
    for counts in ([0, 0], [1, -1], [1, np.nan], [1, np.inf], [[1, 2]], []):
        with pytest.raises(ValueError, match="Received: counts="):
            reciprocal_weights(counts, empty=0.0)
