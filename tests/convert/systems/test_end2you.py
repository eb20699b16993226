import numpy as np
import pytest

from emoaff.convert import convert
from emoaff.convert.systems.end2you import from_end2you
from tests.convert import slim_networks
from tests.models.small_heads import assert_close

PIXELS = np.random.default_rng(3).uniform(0, 255, (2, 48, 48, 3))
PIXELS = np.float32(PIXELS)
SCOPE = "video_model/"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    variables = slim_networks.resnet(SCOPE)
    cell = "recurrent/rnn/multi_rnn_cell/cell_0/lstm_cell"
    more = {
        f"{cell}/kernel": np.zeros((2048 + 256, 1024), "f"),
        f"{cell}/bias": np.zeros(1024, "f"),
        f"{cell}/w_f_diag": np.zeros(256, "f"),
        f"{SCOPE}resnet_v1_50/conv1/weights/Adam": np.zeros((7, 7, 3, 64), "f"),
    }
    path = tmp_path_factory.mktemp("end2you") / "model.ckpt-33604"
    return slim_networks.write(path, {**variables, **more}), variables


@pytest.mark.parametrize(("pixels", "scale"), [("raw", 1), ("unit", 255)])
def test_features_are_those_by_hand(checkpoint, pixels, scale):
    path, variables = checkpoint
    found = convert(path, size=48, pixels=pixels)
    assert found.config["provenance"]["origin"]["system"] == "end2you"
    expected = slim_networks.resnet_features(variables, PIXELS / scale, SCOPE)
    got = found.model(PIXELS)["features"]
    assert_close(got, expected)


def test_what_is_not_known_or_not_taken_is_noted(checkpoint):
    found = from_end2you(checkpoint[0], size=48)
    pixels, recurrent = found.notes
    assert "not written down" in pixels
    assert "These are raw; compare with --set pixels=unit." in pixels
    assert recurrent.startswith("3 variables of the file were left out: recurr")
    assert found.config["outputs"] == {
        "features": {"kind": "features", "size": 2048}
    }
    assert found.config["input"]["size"] == 48


def test_a_wrong_setting_is_said():
    with pytest.raises(ValueError, match="Received: pixels='means', size=150"):
        from_end2you("nowhere", pixels="means")
