import h5py
import numpy as np

from emoaff.convert.readers.keras_h5 import read_keras_h5
from emoaff.convert.readers.keras_layers import list_layers


def test_a_model_within_the_model_is_taken_apart(tmp_path):
    path = tmp_path / "a.h5"
    names = ["c1/kernel:0", "n1/gamma:0", "n1/beta:0", "n1/moving_mean:0"]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["resnet"]
        group = file.create_group("resnet")
        group.attrs["weight_names"] = names
        for i, name in enumerate(names):
            group[name] = np.full(2, i, np.float32)
    assert [
        (name, {k: a[0] for k, a in arrays.items()})
        for name, arrays in list_layers(read_keras_h5(path))
    ] == [
        ("c1", {"kernel": 0}),
        ("n1", {"gamma": 1, "beta": 2, "moving_mean": 3}),
    ]
