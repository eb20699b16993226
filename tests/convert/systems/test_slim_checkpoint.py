import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff import presets
from emoaff.convert import convert
from emoaff.convert import save
from emoaff.convert.systems.slim_checkpoint import from_slim_resnet
from emoaff.convert.systems.slim_checkpoint import read_checkpoint
from emoaff.models.affwildnet import build_affwildnet
from emoaff.training.first_weights import begin_from
from tests.convert import slim_networks
from tests.models.small_heads import assert_close

PIXELS = np.random.default_rng(3).uniform(0, 255, (2, 45, 45, 3))
PIXELS = np.float32(PIXELS)
MEANS = [123.68, 116.779, 103.939]  # red, green, blue


@pytest.fixture(scope="module")
def variables():
    return slim_networks.resnet()


@pytest.fixture(scope="module")
def checkpoint(variables, tmp_path_factory):
    more = {
        "global_step": np.int64(7),
        "resnet_v1_50/conv1/weights/Momentum": np.zeros((7, 7, 3, 64), "f"),
        "resnet_v1_50/logits/weights": np.zeros((1, 1, 2048, 10), "f"),
        "resnet_v1_50/logits/biases": np.zeros(10, "f"),
    }
    path = tmp_path_factory.mktemp("slim") / "resnet_v1_50.ckpt"
    return slim_networks.write(path, {**variables, **more})


@pytest.mark.parametrize(
    ("pixels", "given"),
    [
        ("means", PIXELS - MEANS),
        ("raw", PIXELS),
        ("centered", (PIXELS - 128) / 128),
    ],
)
def test_features_are_those_of_slim_by_hand(
    checkpoint, variables, pixels, given
):
    found = from_slim_resnet(checkpoint, size=45, pixels=pixels)
    expected = slim_networks.resnet_features(variables, given)
    got = found.model(PIXELS)["features"]
    assert_close(got, expected)
    (note,) = found.notes
    assert note.startswith("2 variables of the file were left out: resnet_v1_")


@pytest.mark.slow
def test_it_becomes_a_preset_that_a_training_begins_from(
    checkpoint, variables, tmp_path
):
    found = convert(checkpoint, size=45, pixels="unit")
    folder = save(found, tmp_path / "slim")
    model = build_affwildnet("resnet50", 2)
    taken = begin_from(model, str(folder), lambda line: None)
    assert taken == {"backbone"}
    np.testing.assert_array_equal(
        model.get_layer("backbone").layer.get_layer("conv1").kernel,
        variables["resnet_v1_50/conv1/weights"],
    )
    preset = presets.load_preset(folder)
    assert preset.config["outputs"]["features"]["size"] == 2048
    expected = found.model(PIXELS)["features"]
    np.testing.assert_array_equal(preset.model(PIXELS)["features"], expected)


@pytest.mark.parametrize("end", ["", ".index", ".meta", ".data-00000-of-00001"])
def test_a_checkpoint_goes_by_any_of_its_files(tmp_path, end):
    array = np.float32([[1, 2]])
    slim_networks.write(tmp_path / "model.ckpt-5", {"a/weights": array})
    found = read_checkpoint(tmp_path / f"model.ckpt-5{end}")
    assert list(found) == ["a/weights"]
    np.testing.assert_array_equal(found["a/weights"], array)


def test_what_an_optimizer_keeps_is_left_out(tmp_path):
    ones = np.ones(3, "f")
    slim_networks.write(
        tmp_path / "model.ckpt",
        {
            "fc/weights": ones,
            "fc/weights/Adam": 2 * ones,
            "fc/weights/Adam_1": 3 * ones,
            "fc/weights/ExponentialMovingAverage": 4 * ones,
            "fc/biases": 5 * ones,
            "beta1_power": np.float32(0.9),
            "global_step": np.int64(100),
            "steps": np.int64([1, 2]),
        },
    )
    last = read_checkpoint(tmp_path / "model.ckpt")
    assert {k: v[0] for k, v in last.items()} == {
        "fc/weights": 1,
        "fc/biases": 5,
    }
    averages = read_checkpoint(tmp_path / "model.ckpt", averages=True)
    assert {k: v[0] for k, v in averages.items()} == {
        "fc/weights": 4,
        "fc/biases": 5,
    }


def test_checkpoints_of_tensorflow_2_have_plain_names(tmp_path):
    class Net(tf.Module):
        def __init__(self):
            self.kernel = tf.Variable([[1.0, 2.0]])

    net = Net()
    optimizer = keras.optimizers.Adam()
    optimizer.build([keras.Variable([1.0])])
    steps = tf.Variable(3)
    path = tf.train.Checkpoint(net=net, steps=steps).save(tmp_path / "ckpt")
    found = read_checkpoint(path)
    assert {k: v.tolist() for k, v in found.items()} == {
        "net/kernel": [[1.0, 2.0]]
    }


def test_what_is_missing_or_too_much_is_named(tmp_path, variables):
    few = slim_networks.names_only(
        name for name in variables if "block4/unit_3" not in name
    )
    few["resnet_v1_50/block5/unit_1/weights"] = np.ones(2, "f")
    path = slim_networks.write(tmp_path / "few.ckpt", few)
    with pytest.raises(ValueError, match=r"15 missing .*1 unexpected .*block5"):
        from_slim_resnet(path, size=32)
    other = slim_networks.write(tmp_path / "no.ckpt", {"a": np.ones(2, "f")})
    with pytest.raises(ValueError, match=r"once. Found it 0 times among 1 "):
        from_slim_resnet(other, size=32)


def test_what_is_no_checkpoint_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no .*nowhere.index"):
        read_checkpoint(tmp_path / "nowhere")
    (tmp_path / "text.index").write_text("nothing")
    with pytest.raises(ValueError, match="text. It cannot be read"):
        read_checkpoint(tmp_path / "text")
    path = slim_networks.write(tmp_path / "cut", {"a": np.ones(2000, "f")})
    data = path.with_name("cut.data-00000-of-00001")
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(ValueError, match="cut. It cannot be read"):
        read_checkpoint(path)
    data.unlink()
    with pytest.raises(ValueError, match="cut. It cannot be read"):
        read_checkpoint(path)


@pytest.mark.parametrize("settings", [{"pixels": "bgr"}, {"size": 31}], ids=str)
def test_a_wrong_setting_is_said(settings):
    (name, value), *_ = settings.items()
    with pytest.raises(ValueError, match=f"{name}={value!r}"):
        from_slim_resnet("nowhere", **settings)
