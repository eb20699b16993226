import keras
import numpy as np
import pytest

from emoaff.layers import Greyscale


@pytest.mark.parametrize(
    ("rgb", "grey"),
    [
        ([255, 255, 255], 255.0),
        ([0, 0, 0], 0.0),
        ([100, 0, 0], 29.9),  # BT.601: 0.299 R + 0.587 G + 0.114 B
        ([0, 100, 0], 58.7),
        ([0, 0, 100], 11.4),
        ([77, 77, 77], 77.0),  # a grey picture stays as it is
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_luma_by_hand(rgb, grey, dtype):
    got = Greyscale()(np.array([[[rgb]]], dtype=dtype))
    assert got.dtype == "float32"
    np.testing.assert_allclose(got, np.full((1, 1, 1, 3), grey), atol=1e-4)


def test_a_picture_and_its_grey_copy_are_the_same():
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 3, 5, 4, 3))
    once = Greyscale()(pixels)
    assert once.shape == pixels.shape
    np.testing.assert_allclose(Greyscale()(once), once, atol=1e-4)


def test_half_precision_does_not_touch_the_pixels():
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3))
    expected = Greyscale()(pixels)
    keras.config.set_dtype_policy("mixed_float16")
    got = Greyscale()(np.float32(pixels))
    assert got.dtype == "float32"
    assert Greyscale()(keras.Input((4, 4, 3))).dtype == "float32"
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_saved_model_is_the_same_model(tmp_path):
    inputs = keras.Input((2, 2, 3))
    model = keras.Model(inputs, Greyscale(name="grey")(inputs))
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(revived.get_layer("grey"), Greyscale)
    pixels = np.arange(12.0).reshape(1, 2, 2, 3)
    np.testing.assert_array_equal(revived(pixels), model(pixels))


def test_a_grey_input_is_refused():
    with pytest.raises(ValueError, match=r"input_shape=\(1, 8, 8, 1\)"):
        Greyscale()(np.ones((1, 8, 8, 1)))
