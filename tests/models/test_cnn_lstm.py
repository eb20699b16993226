import keras
import numpy as np
import pytest

from emoaff import labels
from emoaff.layers import Framewise
from emoaff.losses import ConcordanceLoss
from emoaff.metrics import Concordance
from emoaff.models.cnn_lstm import build_cnn_lstm

VIDEO = np.random.default_rng(0).uniform(0, 255, (2, 4, 8, 8, 3))
VIDEO = VIDEO.astype("float32")


SEVERAL = {
    "affect": ("valence", "arousal"),
    "expression": "affectnet_7",
    "emotions": labels.get("realeyes"),
    "identity": 3,
}


def tiny():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    x = keras.layers.Conv2D(5, 3)(x)
    x = keras.layers.BatchNormalization()(x)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))


def small(**kwargs):
    return build_cnn_lstm(
        **{"backbone": tiny(), "temporal_units": (4, 3), **kwargs}
    )


def test_without_arguments_it_is_the_network_of_tzirakis():
    model = build_cnn_lstm()
    assert model.input_shape == (None, None, 150, 150, 3)
    assert model.output_shape == (None, None, 2)
    assert model.output_names == ["arousal_valence"]
    assert [x.name for x in model.layers] == [
        "frames",
        "backbone",
        "lstm_1",
        "lstm_2",
        "arousal_valence",
    ]
    assert model.get_layer("arousal_valence").activation.__name__ == "linear"
    # ResNet-50 without top, two LSTMs 4 * (inputs + units + 1) * units, FC 2.
    assert model.count_params() == (
        23_587_712
        + 4 * (2048 + 256 + 1) * 256
        + 4 * (256 + 256 + 1) * 256
        + (256 + 1) * 2
    )


def test_it_is_the_backbone_then_the_memory_frame_by_frame():
    model = small()
    encoder = model.get_layer("backbone").layer
    features = np.stack([encoder(VIDEO[:, t]) for t in range(4)], axis=1)
    for name in ("lstm_1", "lstm_2", "arousal_valence"):
        features = model.get_layer(name)(features)
    np.testing.assert_allclose(model(VIDEO), features, atol=1e-6)
    assert isinstance(model.get_layer("backbone"), Framewise)


def test_any_number_of_frames_and_no_look_ahead():
    model = small()
    whole = model.predict(VIDEO, verbose=0)
    for t in (1, 3):
        part = model.predict(VIDEO[:, :t], verbose=0)
        np.testing.assert_allclose(part, whole[:, :t], atol=1e-6)


def test_last_step_only():
    model = small(return_sequences=False)
    assert model.output_shape == (None, 2)
    whole = small()
    whole.set_weights(model.get_weights())
    np.testing.assert_allclose(model(VIDEO), whole(VIDEO)[:, -1], atol=1e-6)


def test_sizes_are_the_callers():
    model = small(frames=4, temporal="gru", temporal_units=6, name="mine")
    assert model.name == "mine"
    assert model.input_shape == (None, 4, 8, 8, 3)
    # 3 * (inputs + units + 2) * units, two biases (reset_after)
    assert model.get_layer("gru_1").count_params() == 3 * (5 + 6 + 2) * 6
    model = build_cnn_lstm(2, (48, 32), backbone="mobilenet_v1", temporal=None)
    assert model.input_shape == (None, 2, 48, 32, 3)
    assert [x.name for x in model.layers[1:]] == ["backbone", "arousal_valence"]


def test_several_heads_are_named_outputs():
    model = small(heads=SEVERAL)
    got = model(VIDEO)
    assert {k: v.shape[-1] for k, v in got.items()} == {
        "affect": 2,
        "expression": 7,
        "emotions": 8,
        "identity": 3,
    }
    for name in ("expression", "identity"):
        np.testing.assert_allclose(np.sum(got[name], -1), 1.0, atol=1e-6)
    assert np.all((got["emotions"] > 0) & (got["emotions"] < 1))


def test_logits_leave_softmax_and_sigmoid_to_the_loss():
    model, plain = small(heads=SEVERAL, logits=True), small(heads=SEVERAL)
    plain.set_weights(model.get_weights())
    logits, got = model(VIDEO), plain(VIDEO)
    softmax = np.exp(np.float64(logits["expression"]))
    softmax /= softmax.sum(-1, keepdims=True)
    np.testing.assert_allclose(got["expression"], softmax, atol=1e-6)
    sigmoid = 1 / (1 + np.exp(-np.float64(logits["emotions"])))
    np.testing.assert_allclose(got["emotions"], sigmoid, atol=1e-6)
    np.testing.assert_array_equal(got["affect"], logits["affect"])


def test_dropout_is_before_every_layer_that_learns_from_time():
    model = small(dropout=0.5)
    rates = {x.name: x.rate for x in model.layers if hasattr(x, "rate")}
    assert rates == {"dropout_1": 0.5, "dropout_2": 0.5, "dropout_heads": 0.5}
    np.testing.assert_array_equal(model(VIDEO), model(VIDEO))
    assert np.abs(model(VIDEO, training=True) - model(VIDEO)).max() > 0


def test_frozen_stages_and_weights_reach_the_backbone(tmp_path):
    first = build_cnn_lstm(image_size=32, backbone="mobilenet_v1")
    path = tmp_path / "a.weights.h5"
    first.get_layer("backbone").layer.save_weights(path)
    model = build_cnn_lstm(
        image_size=32, backbone="mobilenet_v1", weights=path, frozen_stages=5
    )
    encoders = [m.get_layer("backbone").layer for m in (first, model)]
    kernels = [np.array(e.get_layer("pw13").kernel) for e in encoders]
    np.testing.assert_array_equal(*kernels)
    # Two LSTMs of three weights and the head's two.
    assert len(model.trainable_weights) == 3 + 3 + 2


@pytest.mark.parametrize("heads", ["arousal_valence", SEVERAL])
def test_keras_file_round_trip(heads, tmp_path):
    model = small(heads=heads, dropout=0.1, temporal="gru")
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert revived.output_names == model.output_names
    got, expected = revived(VIDEO), model(VIDEO)
    keras.tree.map_structure(np.testing.assert_array_equal, got, expected)


def test_fit_learns_and_moves_every_kind_of_weight():
    model = small(dropout=0.1)
    before = [np.array(w) for w in model.weights]
    model.compile(
        keras.optimizers.Adam(0.01), ConcordanceLoss(), metrics=[Concordance()]
    )
    truth = np.sin(np.arange(16.0)).reshape(2, 4, 2)
    truth[0, 0] = np.nan
    history = model.fit(VIDEO, truth, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert np.isfinite(history["concordance"]).all()
    still = [
        w.path
        for w, old in zip(model.weights, before, strict=True)
        if np.array_equal(w, old) and "seed" not in w.path
    ]
    assert still == []


def test_fit_with_several_heads():
    heads = {"va": ("valence", "arousal"), "expression": "ferplus"}
    model = small(heads=heads)
    model.compile(
        "adam",
        {
            "va": ConcordanceLoss("batch"),
            "expression": "sparse_categorical_crossentropy",
        },
        metrics={"va": Concordance(), "expression": "accuracy"},
    )
    rng = np.random.default_rng(1)
    truth = {
        "va": rng.uniform(-1, 1, (2, 4, 2)),
        "expression": rng.integers(0, 8, (2, 4)),
    }
    history = model.fit(VIDEO, truth, verbose=0).history
    assert {"loss", "va_concordance", "expression_accuracy"} <= set(history)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_has_float32_heads_and_learns(policy):
    keras.config.set_dtype_policy(policy)
    model = small(heads=SEVERAL)
    assert model.get_layer("lstm_1").compute_dtype == policy[6:]
    assert all(x.dtype == "float32" for x in model(VIDEO).values())
    model = small()
    model.compile("adam", ConcordanceLoss(), jit_compile=False)
    truth = np.random.default_rng(1).uniform(-1, 1, (2, 4, 2))
    history = model.fit(VIDEO, truth, verbose=0).history["loss"]
    assert np.isfinite(history).all()


def test_mixed_precision_of_a_real_backbone_is_close_to_float32():
    build = {"image_size": 32, "backbone": "mobilenet_v1", "temporal": None}
    plain = build_cnn_lstm(**build)
    keras.config.set_dtype_policy("mixed_bfloat16")
    mixed = build_cnn_lstm(**build)
    mixed.set_weights(plain.get_weights())
    video = np.random.default_rng(0).uniform(0, 255, (1, 2, 32, 32, 3))
    expected = plain(video)
    # bfloat16 has 8 bits: 27 layers of it keep about two digits.
    scale = np.abs(expected).max()
    np.testing.assert_allclose(mixed(video), expected, atol=0.1 * scale)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temporal": "rnn"}, "Received: temporal='rnn'"),
        ({"temporal_units": ()}, r"temporal_units=\(\)"),
        (
            {"temporal": None, "return_sequences": False},
            "needs a memory.*Received: temporal=None",
        ),
        ({"image_size": 150}, r"pictures of \(8, 8\)"),
        ({"frozen_stages": 1}, "frozen_stages=1"),
        ({"heads": "nope"}, "name='nope'"),
        ({"heads": {}}, "at least one head"),
        ({"heads": 0}, "Received: 0"),
        ({"heads": 1.5}, "Received: 1.5"),
        ({"heads": ()}, "at least one name"),
    ],
)
def test_errors_say_what_was_received(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
