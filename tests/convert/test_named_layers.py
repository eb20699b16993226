import keras
import numpy as np
import pytest

from emoaff.convert.named_layers import fill_by_name


def dense():
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(3, name="fc")(inputs))


def stored(*more):
    weights = {"kernel": np.full((2, 3), 2.0), "bias": np.full(3, 0.5)}
    return [("fc", weights), *more]


def test_every_weight_comes_from_the_layer_of_its_name():
    model = dense()
    assert fill_by_name(model, stored(), "a.h5") == ()
    assert np.all(model.get_layer("fc").kernel == 2)
    assert np.all(model.get_layer("fc").bias == 0.5)


def test_layers_of_classes_are_left_out_and_noted():
    classes = ("predictions", {"kernel": np.ones((3, 9))})
    (note,) = fill_by_name(dense(), stored(classes), "a.h5", ("predictions",))
    assert "The last layer, predictions, " in note
    with pytest.raises(ValueError, match="predictions"):
        fill_by_name(dense(), stored(classes), "a.h5")


def test_another_shape_is_named_with_the_file():
    wrong = [("fc", {"kernel": np.ones((2, 4)), "bias": np.ones(4)})]
    with pytest.raises(ValueError, match="a.h5.*fc/kernel"):
        fill_by_name(dense(), wrong, "a.h5")
