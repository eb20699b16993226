import numpy as np
import pytest

from emoaff import presets
from emoaff.convert import convert
from emoaff.convert import save
from emoaff.convert.systems.affwildnet import from_affwildnet
from emoaff.convert.systems.affwildnet import gru_arrays
from emoaff.models.affwildnet import build_affwildnet
from emoaff.models.sequence_parts import split
from tests.convert import slim_networks

CLIP = np.random.default_rng(3).uniform(0, 255, (1, 2, 96, 96, 3))
# Inputs and outputs of VGG-16's convolutions.
WIDTHS = (3, 64, 64, 128, 128, 256, 256, 256, *(512,) * 6)


@pytest.fixture(scope="module")
def resnet_gru(tmp_path_factory):
    rng = np.random.default_rng(2)
    variables = {
        **slim_networks.resnet(),
        **slim_networks.grus("rnn", 2048),
        "rnn/weights_output": np.float32(rng.normal(0, 0.1, (128, 2))),
        "rnn/biases_output": np.float32([0.1, -0.2]),
    }
    more = {"global_step": np.int64(1), "rate/decay": np.ones(2, "f")}
    path = tmp_path_factory.mktemp("affwildnet") / "model.ckpt-0"
    return slim_networks.write(path, {**variables, **more}), variables


def test_the_resnet_and_its_grus_are_those_by_hand(resnet_gru):
    path, variables = resnet_gru
    found = from_affwildnet(path)
    pixels = (CLIP[0] - 128) / 128
    features = slim_networks.resnet_features(variables, pixels)
    states = slim_networks.gru_answers(variables, "rnn", features[np.newaxis])
    expected = states @ np.float64(variables["rnn/weights_output"])
    expected += variables["rnn/biases_output"]
    got = found.model(np.float32(CLIP))["valence_arousal"]
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(got, expected, atol=1e-4)
    (note,) = found.notes
    assert note == "A variable of the file was left out: rate/decay."


def test_it_becomes_a_preset_of_windows(resnet_gru, tmp_path):
    path, _ = resnet_gru
    folder = save(convert(path), tmp_path / "affwildnet")
    preset = presets.load_preset(folder)
    assert preset.config["sampling"]["window"] == 80
    assert preset.config["outputs"]["valence_arousal"]["names"] == [
        "valence",
        "arousal",
    ]
    encoder, head = split(preset.model)
    assert encoder.output_shape == (None, 2048)
    assert head.output_names == ["valence_arousal"]


def test_reset_and_update_change_places():
    gates = np.arange(5 * 4).reshape(5, 4)
    candidate = 100 + np.arange(5 * 2).reshape(5, 2)
    got = gru_arrays(gates, np.arange(4), candidate, np.array([8, 9]))
    # Three inputs, two units; columns: update, reset, candidate.
    np.testing.assert_array_equal(got["kernel"][0], [2, 3, 0, 1, 100, 101])
    np.testing.assert_array_equal(
        got["recurrent_kernel"][0], [14, 15, 12, 13, 106, 107]
    )
    np.testing.assert_array_equal(got["bias"], [2, 3, 0, 1, 8, 9])


def vgg_variables():
    rng = np.random.default_rng(4)
    variables = {}
    for i in range(1, 14):
        shape = (3, 3, WIDTHS[i - 1], WIDTHS[i])
        scale = 1.4 / np.sqrt(9 * shape[2])
        kernel = rng.standard_normal(shape, "float32") * np.float32(scale)
        variables[f"conv_{i}/weights"] = kernel
        variables[f"conv_{i}/biases"] = rng.standard_normal(shape[3], "float32")
    kernel = rng.standard_normal((4608, 4096), "float32") / np.float32(70)
    return {
        **variables,
        "linear_1/weights": kernel,
        "linear_1/biases": rng.standard_normal(4096, "float32"),
        **slim_networks.grus("rnn_1", 4096),
        "rnn_1/weights_rnn": rng.standard_normal((128, 2), "float32") / 8,
        "rnn_1/biases_rnn": np.float32([0.1, -0.2]),
    }


@pytest.mark.slow
def test_the_vgg_and_its_grus_are_those_by_hand(tmp_path):
    import tensorflow as tf

    variables = vgg_variables()
    path = slim_networks.write(tmp_path / "vgg.ckpt", variables)
    found = from_affwildnet(path)
    x = (CLIP[0] - 128) / 128
    for i in range(1, 14):
        kernel = np.float64(variables[f"conv_{i}/weights"])
        x = tf.nn.conv2d(x, kernel, 1, "SAME").numpy()
        x = (x + variables[f"conv_{i}/biases"]).clip(0)
        if i in (2, 4, 7, 10, 13):
            x = tf.nn.max_pool2d(x, 2, 2, "SAME").numpy()
    x = x.reshape(2, -1) @ np.float64(variables["linear_1/weights"])
    x = (x + variables["linear_1/biases"]).clip(0)[np.newaxis]
    states = slim_networks.gru_answers(variables, "rnn_1", x)
    expected = states @ variables["rnn_1/weights_rnn"]
    expected += variables["rnn_1/biases_rnn"]
    got = found.model(np.float32(CLIP))["valence_arousal"]
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert found.notes == ()


def test_a_network_without_grus_is_named_by_what_is_missing(
    resnet_gru, tmp_path
):
    _, variables = resnet_gru
    few = slim_networks.names_only(
        name
        for name in variables
        if "cell_1" not in name and "biases_output" not in name
    )
    path = slim_networks.write(tmp_path / "few.ckpt", few)
    with pytest.raises(
        ValueError, match=r"5 missing \(rnn/biases_output, cell_1 gates, cell_1"
    ):
        from_affwildnet(path)


def test_grus_of_another_width_are_said(resnet_gru, tmp_path):
    _, variables = resnet_gru
    other = {
        **slim_networks.names_only(variables),
        **slim_networks.grus("rnn", 2048, units=64),
    }
    path = slim_networks.write(tmp_path / "other.ckpt", other)
    with pytest.raises(
        ValueError, match=r"cell_0 gates \(2112, 128\) instead of \(2112, 256\)"
    ):
        from_affwildnet(path)


def test_it_has_the_weights_of_our_network(resnet_gru):
    path, _ = resnet_gru
    model = from_affwildnet(path).model
    ours = build_affwildnet("resnet50", None)
    assert [w.shape for w in model.weights] == [w.shape for w in ours.weights]
