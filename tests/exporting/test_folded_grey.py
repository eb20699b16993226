import keras
import numpy as np
import pytest

from emoaff.exporting.folded_grey import fold_grey
from emoaff.layers import Greyscale
from emoaff.layers import InputNormalization

SIDE = 14


def image_model(sides, scheme, first):
    inputs = keras.Input((*sides, 3))
    x = first(InputNormalization(scheme)(inputs))
    x = keras.layers.ReLU()(x)
    x = keras.layers.Conv2D(
        6, 3, padding="same", activation="relu", name="second"
    )(x)
    return keras.Model(inputs, keras.layers.Flatten()(x))


def model(
    scheme="imagenet_caffe", first=None, enlarged=True, grey=True, padded=False
):
    keras.utils.set_random_seed(0)
    if first is None:
        first = keras.layers.Conv2D(
            5, 3, 2, padding="same", bias_initializer="normal", name="first"
        )
    inputs = x = keras.Input((SIDE, SIDE, 3), name="image")
    if enlarged:
        x = keras.layers.Resizing(23, 20, pad_to_aspect_ratio=padded)(x)
    if grey:
        x = Greyscale()(x)
    x = image_model(x.shape[1:3], scheme, first)(x)
    outputs = {
        "expression": keras.layers.Dense(7, activation="softmax")(x),
        "valence": keras.layers.Dense(1)(x),
    }
    return keras.Model(inputs, outputs)


def noise():
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (4, SIDE, SIDE, 3)).astype("float32")


@pytest.mark.parametrize("enlarged", [False, True])
@pytest.mark.parametrize(
    "scheme", ["imagenet_caffe", "imagenet_torch", "vggface2", "unit"]
)
def test_a_folded_model_answers_as_before(scheme, enlarged):
    before = model(scheme, enlarged=enlarged)
    after = fold_grey(before)
    assert after.input_shape == before.input_shape
    expected, found = (m.predict(noise(), verbose=0) for m in (before, after))
    assert set(found) == set(expected)
    for name, values in expected.items():
        scale = np.abs(values).max()
        np.testing.assert_allclose(found[name], values, atol=1e-5 * scale)


def test_the_first_convolution_of_a_folded_model_sees_two_channels():
    kernels = {
        weights.path.split("/")[-2]: weights.shape
        for weights in fold_grey(model()).weights
        if weights.name == "kernel"
    }
    assert kernels["first"] == (3, 3, 2, 5)
    assert kernels["second"] == (3, 3, 5, 6)


@pytest.mark.parametrize(
    "other",
    [
        {"grey": False},
        {"padded": True},
        {"first": keras.layers.DepthwiseConv2D(3, 2)},
        {"first": keras.layers.Conv2D(6, 3, groups=3)},
    ],
)
def test_a_model_of_another_form_is_left_as_it_is(other):
    before = model(**other)
    assert fold_grey(before) is before
