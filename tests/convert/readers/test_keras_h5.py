import h5py
import keras
import numpy as np
import pytest

from emoaff.convert.readers.keras_h5 import group_by_kind
from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers
from tests.convert.keras_files import model_config
from tests.convert.keras_files import write_h5


def built():
    inputs = keras.Input((6, 6, 3))
    x = keras.layers.Conv2D(4, 3, name="z_first")(inputs)
    x = keras.layers.BatchNormalization(name="a_second")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="inner_1")], name="inner"
    )
    x = keras.layers.Reshape((1, 3))(inner(x))
    x = keras.layers.LSTM(2, name="memory")(x)
    model = keras.Model(inputs, x)
    rng = np.random.default_rng(0)
    model.set_weights(
        [rng.uniform(0.5, 1, w.shape) for w in model.get_weights()]
    )
    return model


def expected(model):
    norm = model.get_layer("a_second")
    inner = model.get_layer("inner").get_layer("inner_1")
    cell = model.get_layer("memory").cell
    return {
        "z_first": {
            "kernel": model.get_layer("z_first").kernel,
            "bias": model.get_layer("z_first").bias,
        },
        "a_second": {
            kind: getattr(norm, kind)
            for kind in ("gamma", "beta", "moving_mean", "moving_variance")
        },
        "inner": {"kernel": inner.kernel, "bias": inner.bias},
        "memory": {
            kind: getattr(cell, kind)
            for kind in ("kernel", "recurrent_kernel", "bias")
        },
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["whole.h5", "alone.weights.h5"])
def test_files_that_keras_3_writes_are_read(tmp_path, name):
    model = built()
    if name == "whole.h5":
        model.save(tmp_path / name)
    else:
        model.save_weights(tmp_path / name)
    file = read_keras_h5(tmp_path / name)
    found = dict(list_layers(file))
    for layer, weights in expected(model).items():
        assert list(found[layer]) == list(weights)
        for kind, array in weights.items():
            np.testing.assert_array_equal(found[layer][kind], array)
    whole = name == "whole.h5"
    assert file.in_order == whole
    if whole:
        assert [n for n, _ in file.layers] == list(expected(model))
        assert file.classes["memory"] == "LSTM"
        assert file.classes["inner_1"] == "Dense"


@pytest.mark.parametrize("cut", [None, 2])
@pytest.mark.parametrize("config", [None, model_config()])
def test_files_that_keras_2_wrote_are_read(tmp_path, cut, config):
    layers = [
        ("conv1/7x7_s2", {"kernel": np.ones((7, 7, 3, 2), np.float32)}),
        ("input_3", {}),
        ("dense_4", {"kernel": np.ones((2, 5)), "bias": np.zeros(5)}),
    ]
    write_h5(tmp_path / "a.h5", layers, config, cut=cut)
    file = read_keras_h5(tmp_path / "a.h5")
    assert [name for name, _ in file.layers] == ["conv1/7x7_s2", "dense_4"]
    assert file.layers[0][1][0][0] == "conv1/7x7_s2/kernel:0"
    assert group_by_kind(file.layers[1][1])["kernel"].shape == (2, 5)


def test_kinds_are_the_last_part_of_a_name():
    weights = [("a/b/kernel:0", 1), ("a/bias_1:0", 2), ("moving_mean", 3)]
    assert group_by_kind(weights) == {"kernel": 1, "bias": 2, "moving_mean": 3}


def broken(path, how):
    write_h5(path, [("d", {"kernel": np.ones((9, 9), np.float32)})])
    with h5py.File(path, "r+") as file:
        if how in ("external link", "soft link", "missing"):
            del file["d/d/kernel:0"]
        if how == "external link":
            file["d/d/kernel:0"] = h5py.ExternalLink("other.h5", "/x")
        elif how == "soft link":
            file["d/d/kernel:0"] = h5py.SoftLink("/nowhere")
        elif how == "external array":
            del file["d/d/kernel:0"]
            file.create_dataset(
                "d/d/kernel:0", (4,), "f4", external=[("secret.txt", 0, 16)]
            )
        elif how == "claims":
            del file["d/d/kernel:0"]
            file.create_dataset("d/d/kernel:0", (2**20, 2**20), "f4")
        elif how == "swells":
            del file["d/d/kernel:0"]
            zeros = np.zeros(2**22, np.float32)
            file.create_dataset("d/d/kernel:0", data=zeros, compression="gzip")
        elif how == "texts":
            del file["d/d/kernel:0"]
            file["d/d/kernel:0"] = "text"
        elif how == "no layer":
            del file["d"]
        elif how == "no names":
            del file.attrs["layer_names"]
        elif how == "config":
            file.attrs["model_config"] = "{"


@pytest.mark.parametrize(
    "how",
    [
        "external link",
        "soft link",
        "external array",
        "missing",
        "claims",
        "swells",
        "texts",
        "no layer",
        "no names",
        "config",
    ],
)
def test_what_is_not_in_the_file_is_refused_in_a_sentence(tmp_path, how):
    broken(tmp_path / "a.h5", how)
    with pytest.raises(ValueError, match="^Expected .*a.h5"):
        read_keras_h5(tmp_path / "a.h5")


def test_a_file_cut_short_or_of_another_kind(tmp_path):
    path = tmp_path / "a.h5"
    write_h5(path, [("d", {"kernel": np.ones((99, 99))})])
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="damaged or of another kind"):
        read_keras_h5(path)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match="damaged or of another kind"):
        read_keras_h5(path)
    with pytest.raises(FileNotFoundError, match="There is no"):
        read_keras_h5(tmp_path / "b.h5")
