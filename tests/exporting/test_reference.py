import keras
import numpy as np
import pytest

from emoaff.exporting.reference import run_keras_model
from emoaff.exporting.sources import Source

OUTPUTS = {
    "sum": {"kind": "values", "size": 3},
    "affect": {"kind": "dimensional", "names": ["valence"], "range": [0, 1]},
}


def summed(window=None):
    """Clips to the sum of their frames' mean colours, one answer a clip."""
    face = keras.Input((2, 2, 3))
    pool = keras.layers.GlobalAveragePooling2D()(face)
    encoder = keras.Model(face, pool)
    features = keras.Input((window, 3))
    total = keras.layers.GlobalAveragePooling1D()(features) * (window or 1)
    head = keras.Model(features, {"sum": total, "affect": total[:, :1]})
    config = {"outputs": OUTPUTS, "sampling": {"window": window}}
    return Source("summed", config, encoder, encoder, head)


def test_a_window_repeats_its_first_frame_in_front():
    faces = np.arange(1, 6).reshape(1, 5, 1, 1, 1) * np.ones((1, 1, 2, 2, 3))
    found = run_keras_model(summed(3), "streaming", faces)
    # 1 1 1; 1 1 2; 1 2 3; 2 3 4; 3 4 5
    np.testing.assert_allclose(found["sum"][0, :, 0], [3, 4, 6, 9, 12])


def test_without_a_window_a_frame_is_answered_by_all_before_it():
    faces = np.arange(1, 4).reshape(1, 3, 1, 1, 1) * np.ones((1, 1, 2, 2, 3))
    found = run_keras_model(summed(), "streaming", faces)
    np.testing.assert_allclose(found["sum"][0, :, 0], [1, 1.5, 2])  # means


@pytest.mark.parametrize("count", [3, 20])
def test_dimensions_are_named_and_clipped(count):
    face = keras.Input((2, 2, 3))
    mean = keras.layers.GlobalAveragePooling2D()(face)
    model = keras.Model(face, {"sum": mean, "affect": mean[:, :1] - 1})
    source = Source("still", {"outputs": OUTPUTS}, model)
    faces = np.arange(count).reshape(-1, 1, 1, 1) * np.ones((1, 2, 2, 3))
    found = run_keras_model(source, "static", faces)
    assert sorted(found) == ["sum", "valence"]
    np.testing.assert_allclose(found["sum"][:, 2], range(count))
    expected = np.clip(np.arange(count) - 1, 0, 1)
    np.testing.assert_allclose(found["valence"], expected)
