import keras
import numpy as np
import pytest
from scipy.special import expit
from scipy.special import softmax

from emoaff.models import build_emo_affectnet_backbone
from emoaff.models import build_emo_affectnet_lstm

WINDOWS = np.random.default_rng(0).exponential(1.0, (2, 10, 512))


@pytest.fixture(scope="module")
def backbone():
    keras.utils.set_random_seed(0)
    return build_emo_affectnet_backbone(logits=True)


@pytest.fixture(scope="module")
def temporal():
    keras.utils.set_random_seed(0)
    return build_emo_affectnet_lstm()


def lstm_by_definition(layer, x):
    """Keras's gate order in float64: input, forget, cell, output."""
    kernel, recurrent, bias = (np.float64(w) for w in layer.get_weights())
    hidden = cell = np.zeros((len(x), recurrent.shape[0]))
    states = []
    for t in range(x.shape[1]):
        gates = x[:, t] @ kernel + hidden @ recurrent + bias
        i, f, c, o = np.split(gates, 4, axis=-1)
        cell = expit(f) * cell + expit(i) * np.tanh(c)
        hidden = expit(o) * np.tanh(cell)
        states.append(hidden)
    return np.stack(states, axis=1)


def test_backbone_has_the_published_parameters(backbone):
    # 23,561,152 of the trunk, 2048 * 512 + 512, 512 * 7 + 7
    assert backbone.count_params() == 24_613_831
    assert backbone.input_shape == (None, 224, 224, 3)
    assert backbone.output_names == ["expression"]
    # 53 convolutions, 53 batch norms, 2 dense
    assert len([x for x in backbone.layers if x.weights]) == 108


def test_backbone_ends_in_noise_features_dropout_and_classes(backbone):
    noise, features, dropout, head = backbone.layers[-4:]
    assert isinstance(noise, keras.layers.GaussianNoise)
    assert noise.stddev == 0.1
    assert features.name == "features"
    assert features.units == 512
    assert features.activation.__name__ == "relu"
    assert features.get_config()["kernel_regularizer"]["config"][
        "l2"
    ] == pytest.approx(1e-4)
    assert dropout.rate == 0.5
    assert head.units == 7


def test_backbone_logits_come_from_the_features(backbone):
    face = np.random.default_rng(1).uniform(0, 255, (1, 224, 224, 3))
    both = keras.Model(
        backbone.input, [backbone.get_layer("features").output, backbone.output]
    )
    features, logits = both(np.float32(face))
    kernel, bias = backbone.get_layer("expression").get_weights()
    expected = np.float64(features) @ kernel + bias
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    assert np.min(features) == 0  # after the relu


def test_backbone_puts_out_probabilities_of_any_classes():
    model = build_emo_affectnet_backbone("ferplus", 32)
    # FER+ has 8 classes: 24,613,831 + 512 + 1
    assert model.count_params() == 24_614_344
    assert model.layers[-1].activation.__name__ == "softmax"


def test_temporal_model_has_the_published_layers(temporal):
    # 4 * (512 + 512 + 1) * 512, 4 * (512 + 256 + 1) * 256, 256 * 7 + 7
    assert temporal.count_params() == 2_099_200 + 787_456 + 1_799 == 2_888_455
    assert temporal.input_shape == (None, 10, 512)
    names = ["masking", "lstm_1", "dropout_1", "lstm_2", "dropout_2"]
    layers = temporal.layers[1:]
    assert [x.name for x in layers] == [*names, "expression"]
    for layer in (layers[1], layers[3]):
        assert layer.kernel_regularizer.l2 == pytest.approx(1e-3)
        assert layer.recurrent_regularizer is None
    assert {layers[2].rate, layers[4].rate} == {0.2}


def test_temporal_model_equals_its_definition(temporal):
    x = lstm_by_definition(temporal.get_layer("lstm_1"), WINDOWS)
    x = lstm_by_definition(temporal.get_layer("lstm_2"), x)[:, -1]
    kernel, bias = temporal.get_layer("expression").get_weights()
    expected = softmax(x @ kernel + bias, axis=-1)
    np.testing.assert_allclose(temporal(WINDOWS), expected, rtol=1e-4)


def test_a_frame_without_features_leaves_the_memory_as_it_was(temporal):
    whole = build_emo_affectnet_lstm(frames=None)
    whole.set_weights(temporal.get_weights())
    with_gap = WINDOWS.copy()
    with_gap[:, 4] = 0
    without = np.delete(WINDOWS, 4, axis=1)
    np.testing.assert_allclose(temporal(with_gap), whole(without), rtol=1e-5)
    nothing = np.array(temporal(np.zeros((1, 10, 512))))
    bias = temporal.get_layer("expression").get_weights()[1]
    np.testing.assert_allclose(nothing[0], softmax(bias), rtol=1e-5)


def test_logits_leave_softmax_to_the_loss(temporal):
    model = build_emo_affectnet_lstm(logits=True)
    model.set_weights(temporal.get_weights())
    expected = softmax(np.float64(model(WINDOWS)), axis=-1)
    np.testing.assert_allclose(temporal(WINDOWS), expected, rtol=1e-5)


def test_keras_file_round_trip(temporal, tmp_path):
    temporal.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(WINDOWS), temporal(WINDOWS))


def test_an_unknown_label_space_is_refused():
    with pytest.raises(ValueError, match="name='nope'"):
        build_emo_affectnet_lstm(classes="nope")
