import keras
import numpy as np
import pytest

from emoaff.layers import WeightedAveragePooling2D

SHARES = [[1, 2, 1], [4, 0, 8]]


def draw_map():
    return np.random.default_rng(0).normal(size=(2, 2, 3, 5)).astype("float32")


def test_each_place_counts_by_its_share():
    x = draw_map()
    expected = np.average(
        np.float64(x).reshape(2, 6, 5), axis=1, weights=np.ravel(SHARES)
    )
    got = WeightedAveragePooling2D(SHARES)(x)
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_equal_shares_are_a_plain_mean():
    x = draw_map()
    got = WeightedAveragePooling2D(np.full((2, 3), 0.25))(x)
    expected = keras.layers.GlobalAveragePooling2D()(x)
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_saved_model_is_the_same_model(tmp_path):
    inputs = keras.Input((None, None, 5))
    model = keras.Model(inputs, WeightedAveragePooling2D(SHARES)(inputs))
    assert model.output_shape == (None, 5)
    assert not model.weights
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(draw_map()), model(draw_map()))


def test_half_precision_stays_half():
    layer = WeightedAveragePooling2D(SHARES, dtype="mixed_float16")
    got = layer(draw_map())
    assert keras.backend.standardize_dtype(got.dtype) == "float16"
    assert layer(keras.Input((2, 3, 5))).dtype == "float16"


@pytest.mark.parametrize(
    "shares", [[1, 2], [[1, -1]], [[0, 0]], [[1, np.nan]], [[1, np.inf]]]
)
def test_shares_without_sense_are_refused(shares):
    with pytest.raises(ValueError, match="at least 0 for each place"):
        WeightedAveragePooling2D(shares)


def test_a_map_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) of its shares.*\(1, 4, 4"):
        WeightedAveragePooling2D(SHARES)(np.zeros((1, 4, 4, 5), "float32"))
