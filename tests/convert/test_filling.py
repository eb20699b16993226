import keras
import numpy as np
import pytest

from emoaff.convert.filling import fill
from emoaff.convert.filling import list_places
from emoaff.layers import Framewise


def model():
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Conv2D(2, 3, name="conv")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    encoder = keras.Model(inputs, x)
    frames = keras.Input((None, 4, 4, 3))
    x = Framewise(encoder, name="backbone")(frames)
    x = keras.layers.Dropout(0.5)(x)
    x = keras.layers.GRU(3, name="gru")(x)
    return keras.Model(frames, keras.layers.Dense(1, name="out")(x), name="net")


def arrays(net):
    rng = np.random.default_rng(0)
    return {
        k: np.float32(rng.normal(size=s)) for k, s in list_places(net).items()
    }


def test_places_are_names_of_layers_and_weights():
    assert list_places(model()) == {
        "conv/kernel": (3, 3, 3, 2),
        "conv/bias": (2,),
        "gru/gru_cell/kernel": (2, 9),
        "gru/gru_cell/recurrent_kernel": (3, 9),
        "gru/gru_cell/bias": (2, 9),
        "out/kernel": (3, 1),
        "out/bias": (1,),
    }


def test_every_array_goes_to_its_place():
    net = model()
    given = arrays(net)
    fill(net, given, "file")
    conv = net.get_layer("backbone").layer.get_layer("conv")
    np.testing.assert_array_equal(conv.kernel, given["conv/kernel"])
    np.testing.assert_array_equal(
        net.get_layer("gru").cell.recurrent_kernel,
        given["gru/gru_cell/recurrent_kernel"],
    )
    np.testing.assert_array_equal(net.get_layer("out").bias, given["out/bias"])


def test_what_does_not_fit_is_named_and_nothing_is_set():
    net = model()
    before = [w.copy() for w in net.get_weights()]
    given = arrays(net)
    del given["conv/bias"]
    given["more/kernel"] = np.zeros(1)
    given["out/bias"] = np.zeros(2)
    with pytest.raises(ValueError) as error:
        fill(net, given, "weights.h5")
    assert str(error.value).startswith(
        "Expected the weights of net in weights.h5. Found tensors that are 1 "
        "missing (conv/bias); 1 unexpected (more/kernel); 1 mis-shaped "
        "(out/bias (2,) instead of (1,))."
    )
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_message_names_five_of_each_kind():
    net = model()
    with pytest.raises(ValueError, match=r"7 missing \(.*, \.\.\.\)"):
        fill(net, {}, "file")
