import numpy as np
import pytest

from emoaff import presets
from emoaff.convert import convert
from emoaff.convert import save
from emoaff.convert.systems.rangulov_gru import from_rangulov_gru
from tests import small_presets
from tests.convert import keras_files

FEATURES = np.random.default_rng(0).normal(size=(2, 100, 3))
FEATURES = np.float32(FEATURES)


@pytest.fixture
def source(tmp_path):
    """The preset of an image model with three features."""
    picture = small_presets.still_model(
        {"arousal_valence": small_presets.dense(2)}
    )
    small_presets.saved(tmp_path / "cnn", picture, small_presets.AFFECT)
    return tmp_path / "cnn"


def arrays(width, units, reset_after):
    """Random weights of the three GRUs and the dense layer, by hand."""
    rng = np.random.default_rng(1)
    layers = []
    for i, count in enumerate(units):
        name = f"gru_{i + 4}"  # Keras counts on in one process
        bias = (2, 3 * count) if reset_after else (3 * count,)
        shapes = {
            f"gru_cell_{i}/kernel": (width, 3 * count),
            f"gru_cell_{i}/recurrent_kernel": (count, 3 * count),
            f"gru_cell_{i}/bias": bias,
        }
        weights = {
            kind: rng.normal(0, 0.4, shape) for kind, shape in shapes.items()
        }
        layers.append((name, weights))
        width = count
    head = {"kernel": rng.normal(size=(width, 2)), "bias": rng.normal(size=2)}
    return [*layers, ("dense_2", head)]


def by_hand(layers, x, reset_after):
    """Keras's GRU in float64: update, reset, candidate."""
    *grus, (_, head) = layers
    for _, weights in grus:
        kernel, recurrent, bias = weights.values()
        inner, outer = bias if reset_after else (bias, 0 * bias)
        state = np.zeros((len(x), len(recurrent)))
        states = []
        for now in np.moveaxis(np.float64(x), 1, 0):
            z, r, h = np.split(now @ kernel + inner, 3, axis=1)
            rz, rr, rh = np.split(state @ recurrent + outer, 3, axis=1)
            z, r = 1 / (1 + np.exp(-z - rz)), 1 / (1 + np.exp(-r - rr))
            if not reset_after:
                rh = (r * state) @ np.split(recurrent, 3, axis=1)[2]
            new = np.tanh(h + (r * rh if reset_after else rh))
            state = z * state + (1 - z) * new
            states.append(state)
        x = np.stack(states, axis=1)
    return x[:, -1] @ head["kernel"] + head["bias"]


@pytest.mark.parametrize("reset_after", [True, False])
def test_answers_are_those_by_hand(source, tmp_path, reset_after):
    layers = arrays(3, (5, 5, 4), reset_after)
    path = tmp_path / "gru_ccc_loss.hdf5"
    classes = [keras_files.layer_config(name, "GRU") for name, _ in layers]
    config = keras_files.model_config(*classes)
    keras_files.write_h5(path, layers, config)
    found = convert(path, features_from=source)
    origin = found.config["provenance"]["origin"]
    assert origin["system"] == "rangulov-gru"
    expected = by_hand(layers, FEATURES, reset_after)
    assert np.ptp(expected) > 0.1
    got = found.model(FEATURES)["valence_arousal"]
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_the_published_network_has_its_number_of_weights(source, tmp_path):
    layers = arrays(3, (100, 100, 50), True)
    keras_files.write_h5(tmp_path / "gru.hdf5", layers)
    model = from_rangulov_gru(
        tmp_path / "gru.hdf5", features_from=str(source)
    ).model
    # 204,102 with 300 features: 297 rows of the first kernel less.
    assert model.count_params() == 204_102 - 297 * 300


def test_it_becomes_a_preset_of_features(source, tmp_path):
    layers = arrays(3, (5, 4), True)
    keras_files.write_h5(tmp_path / "gru.hdf5", layers)
    found = convert(tmp_path / "gru.hdf5", "rangulov-gru", features_from=source)
    preset = presets.load_preset(save(found, tmp_path / "out"))
    assert preset.config["input"]["kind"] == "features"
    assert preset.config["sampling"]["rule"] == "one_step_ahead"
    got = preset.model(FEATURES)["valence_arousal"]
    expected = by_hand(layers, FEATURES, True)
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_what_is_no_stack_of_grus_is_said(source, tmp_path):
    layers = arrays(3, (5,), True)
    keras_files.write_h5(tmp_path / "gru.hdf5", layers)
    with pytest.raises(ValueError, match="Received none. Name it with --feat"):
        from_rangulov_gru(tmp_path / "gru.hdf5")
    keras_files.write_h5(tmp_path / "headless.hdf5", layers[:1])
    with pytest.raises(ValueError, match="Expected GRUs and one dense.* gru_4"):
        from_rangulov_gru(tmp_path / "headless.hdf5")
    wide = arrays(4, (5,), True)
    keras_files.write_h5(tmp_path / "wide.hdf5", wide)
    with pytest.raises(ValueError, match=r"'features' of 4 numbers"):
        from_rangulov_gru(tmp_path / "wide.hdf5", features_from=str(source))


def test_a_lambda_layer_is_refused(tmp_path):
    config = keras_files.model_config(
        keras_files.layer_config("code", "Lambda")
    )
    layers = arrays(3, (5,), True)
    keras_files.write_h5(tmp_path / "gru.hdf5", layers, config)
    with pytest.raises(ValueError, match="Lambda"):
        from_rangulov_gru(tmp_path / "gru.hdf5")
