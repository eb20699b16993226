import keras
import numpy as np
import pytest

from emoaff.convert.filling import fill
from emoaff.convert.matching import find_prefix
from emoaff.convert.matching import match_layers

NAMES = {"first": "fc1", "second": "fc2"}


def two_layers():
    inputs = keras.Input((2,))
    x = keras.layers.Dense(3, name="first")(inputs)
    x = keras.layers.Dense(4, name="second")(x)
    return keras.Model(inputs, x, name="two")


def stored(*names):
    shapes = [(2, 3), (3, 4)]
    return [
        (
            name,
            {
                "kernel": np.full(shape, i + 1.0),
                "bias": np.full(shape[1], i + 0.5),
            },
        )
        for i, (name, shape) in enumerate(zip(names, shapes, strict=True))
    ]


@pytest.mark.parametrize(
    ("names", "noted"), [(("fc1", "fc2"), False), (("a", "b"), True)]
)
def test_layers_meet_by_name_or_else_in_order(names, noted):
    model = two_layers()
    order = ["first", "second"]
    arrays, note = match_layers(model, stored(*names), NAMES, "x.pt", order)
    fill(model, arrays, "x.pt")
    assert np.all(model.get_layer("first").kernel == 1)
    assert np.all(model.get_layer("second").bias == 1.5)
    assert ("2 layers were taken in their order" in note) == noted


def test_names_go_before_the_order():
    # By order, `fc2` would be the first, which it does not fit.
    layers = stored("fc1", "fc2")[::-1]
    arrays, note = match_layers(two_layers(), layers, NAMES, "x", ["first"])
    assert arrays["first/kernel"].shape == (2, 3)
    assert note == ""


def test_what_fits_neither_way_is_said():
    model, order = two_layers(), ["first", "second"]
    with pytest.raises(ValueError, match=r"the 2 layers.*Found 1 \(a, ...\)"):
        match_layers(model, stored("a", "b")[:1], NAMES, "x.pt", order)
    turned = stored("a", "b")[::-1]
    with pytest.raises(ValueError, match="b .*instead of"):
        match_layers(model, turned, NAMES, "x.pt", order)
    more = [*stored("fc1", "fc2"), ("fc3", {})]
    with pytest.raises(ValueError, match="fc3"):
        match_layers(model, more, NAMES, "x.pt", order)


def test_the_prefix_of_a_layer_leads_to_its_weights():
    assert find_prefix(two_layers(), "second") == "second"
