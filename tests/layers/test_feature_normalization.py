import keras
import numpy as np
import pytest

from emoaff.layers import FeatureNormalization

NAN = np.nan
MEAN, DEVIATION = [100.0, -2.0, 5.0, NAN], [20.0, 0.5, 0.0, 0.0]


def test_values_are_brought_to_mean_0_and_deviation_1():
    x = np.float32([[[140, -1.5, 5, 7], [NAN, -2, 6, NAN]]])
    got = FeatureNormalization(MEAN, DEVIATION)(x)
    # (140 - 100) / 20, (-1.5 + 2) / 0.5; what never changed is 0.
    np.testing.assert_allclose(got, [[[2, 1, 0, 0], [0, 0, 0, 0]]])


def test_the_gradient_of_a_missing_value_is_no_nan():
    tf = pytest.importorskip("tensorflow")
    x = tf.constant([[NAN, -1.5, 5.0, 7.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(FeatureNormalization(MEAN, DEVIATION)(x))
    np.testing.assert_allclose(tape.gradient(y, x), [[0, 2, 0, 0]])


def test_a_large_mean_survives_half_precision():
    layer = FeatureNormalization([100_000.0], [1.0], dtype="mixed_float16")
    got = layer(np.float32([[100_001.5]]))
    assert keras.backend.standardize_dtype(got.dtype) == "float16"
    np.testing.assert_allclose(got, [[1.5]])


def test_the_description_holds_the_statistics_and_no_nan(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, FeatureNormalization(MEAN, DEVIATION)(inputs))
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    config = loaded.layers[1].get_config()
    assert config["mean"] == [100.0, -2.0, 5.0, 0.0]
    x = np.float32([[90, NAN, 1, 1]])
    np.testing.assert_array_equal(loaded(x), model(x))
    assert not model.weights


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(1,\)"):
        FeatureNormalization([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="expects 4 features"):
        FeatureNormalization(MEAN, DEVIATION)(np.zeros((1, 3), "float32"))
