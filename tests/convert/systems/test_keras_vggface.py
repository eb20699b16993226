import numpy as np
import pytest

from emoaff.convert import convert
from emoaff.convert.filling import list_places
from emoaff.convert.systems.keras_vggface import from_keras_vggface
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50
from tests.convert import keras_files
from tests.models.small_heads import alive

PIXELS = np.random.default_rng(3).uniform(0, 255, (2, 40, 40, 3))
PIXELS = np.float32(PIXELS)


@pytest.fixture(scope="module")
def ours():
    return alive(build_vggface2_resnet50(40))


def layers(model, top=False):
    """Name and arrays of each layer, as keras-vggface names them."""
    found = {}
    for place in list_places(model):
        name, kind = place.split("/")
        array = getattr(model.get_layer(name), kind)
        name = name.replace("conv1_7x7_s2", "conv1/7x7_s2")
        if name.endswith("_bn"):
            name = f"{name.removesuffix('_bn')}/bn"
        found.setdefault(name, {})[kind] = np.array(array)
    if top:
        kernel = np.zeros((2048, 5), "float32")
        found["classifier"] = {"kernel": kernel, "bias": np.zeros(5, "f")}
    return list(found.items())


def plain(found):
    return [(name.replace("/", "_"), arrays) for name, arrays in found]


@pytest.mark.parametrize("slashes", [True, False])
def test_features_are_those_of_the_same_layers(ours, tmp_path, slashes):
    found = layers(ours, top=slashes)
    assert found[0][0] == "conv1/7x7_s2"
    keras_files.write_h5(
        tmp_path / "vggface.h5", found if slashes else plain(found)
    )
    conversion = convert(tmp_path / "vggface.h5", size=40)
    origin = conversion.config["provenance"]["origin"]
    assert origin["system"] == "keras-vggface"
    got, expected = conversion.model(PIXELS)["features"], ours(PIXELS)
    assert np.std(expected) > 0.01
    np.testing.assert_array_equal(got, expected)
    assert any("classifier" in note for note in conversion.notes) == slashes


def test_what_does_not_fit_is_named(ours, tmp_path):
    found = plain(layers(ours))
    del found[3]
    keras_files.write_h5(tmp_path / "few.h5", found)
    with pytest.raises(ValueError, match=r"4 missing \(conv2_1_1x1_reduce_bn"):
        from_keras_vggface(tmp_path / "few.h5", size=40)


def test_another_size_is_said(tmp_path):
    with pytest.raises(ValueError, match="Received: size=16"):
        from_keras_vggface(tmp_path / "none.h5", size=16)
