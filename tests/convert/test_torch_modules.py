import numpy as np
import pytest

from emoaff.convert.torch_modules import to_keras
from emoaff.convert.torch_modules import to_torch


def numbers(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_axes_go_where_keras_has_them():
    found = to_keras(
        {
            "a.conv.weight": numbers(5, 4, 3, 2),  # out, in, height, width
            "a.conv.bias": numbers(5),
            "fc.weight": numbers(7, 6),
        },
        "x.pt",
    )
    assert list(found) == ["a.conv", "fc"]
    kernel = found["a.conv"]["kernel"]
    assert kernel.shape == (3, 2, 4, 5)
    assert kernel[2, 1, 3, 4] == numbers(5, 4, 3, 2)[4, 3, 2, 1]
    np.testing.assert_array_equal(found["a.conv"]["bias"], range(5))
    np.testing.assert_array_equal(found["fc"]["kernel"], numbers(7, 6).T)


def test_the_two_biases_of_an_lstm_are_added():
    found = to_keras(
        {
            "weight_ih_l0": numbers(8, 3),
            "weight_hh_l0": numbers(8, 2),
            "bias_ih_l0": numbers(8),
            "bias_hh_l0": np.full(8, 10.0),
        },
        "x.pt",
    )[""]
    np.testing.assert_array_equal(found["bias"], np.arange(8) + 10)
    assert found["kernel"].shape == (3, 8)
    assert found["recurrent_kernel"].shape == (2, 8)


@pytest.mark.parametrize(
    "weights",
    [
        {"kernel": numbers(3, 2, 4, 5), "bias": numbers(5)},
        {"kernel": numbers(6, 7)},
        {
            name: numbers(4)
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        },
        {
            "kernel": numbers(3, 8),
            "recurrent_kernel": numbers(2, 8),
            "bias": numbers(8),
        },
    ],
    ids=["convolution", "dense", "norm", "lstm"],
)
def test_a_layer_comes_back_as_it_went(weights):
    tensors = to_torch(weights)
    assert all(t.flags.c_contiguous for t in tensors.values())
    named = {f"layer.{name}": t for name, t in tensors.items()}
    (back,) = to_keras(named, "x.pt").values()
    assert sorted(back) == sorted(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(back[name], array)


def test_a_module_of_no_known_kind_is_named():
    with pytest.raises(ValueError, match="in x.pt. Found attention with q, v"):
        to_keras({"attention.q": numbers(2), "attention.v": numbers(2)}, "x.pt")
