import keras
import numpy as np
import pytest

from emoaff.layers import Framewise
from emoaff.models.affwildnet import build_affwildnet
from emoaff.models.rangulov import build_rangulov_gru
from emoaff.models.sequence_parts import split
from emoaff.training import publishing
from tests import small_presets
from tests.models import small_heads

VIDEO = np.random.default_rng(0).uniform(0, 255, (2, 5, 8, 8, 3))
VIDEO = VIDEO.astype("float32")
HEADS = {"affect": ("valence", "arousal"), "expression": "affectnet_7"}


def seen(encoder, video=VIDEO):
    """The features of each frame, one picture at a time."""
    return np.stack([encoder(video[:, t]) for t in range(video.shape[1])], 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"frames": 5, "temporal": "gru", "return_sequences": False},
        {"heads": HEADS, "dropout": 0.5},
        {"temporal": None},
    ],
)
def test_the_head_on_what_the_encoder_sees_is_the_model(options):
    model = small_heads.clips(**options)
    encoder, head = split(model)
    got, expected = head(seen(encoder)), model(VIDEO)
    keras.tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), got, expected
    )
    assert head.output_names == model.output_names
    assert head.input_shape == (None, options.get("frames"), 6)
    assert encoder.output_shape == (None, 6)


def test_the_weights_are_those_of_the_model():
    model = small_heads.clips()
    encoder, head = split(model)
    both = encoder.weights + head.weights
    assert [id(w) for w in both] == [id(w) for w in model.weights]


def test_it_can_be_split_again_and_saved(tmp_path):
    model = small_heads.clips(heads=HEADS)
    expected = model(VIDEO)["affect"]
    _, head = split(model)
    model.save(tmp_path / "model.keras")
    head.save(tmp_path / "head.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    split(again)
    encoder, _ = split(again)
    head = keras.saving.load_model(tmp_path / "head.keras")
    np.testing.assert_allclose(
        head(seen(encoder))["affect"], expected, atol=1e-6
    )


def test_a_preset_that_was_published_and_loaded(tmp_path):
    model = small_heads.clips(heads="affectnet_7", logits=True)
    shipped = publishing.add_probabilities(model, "expression", "net")
    outputs = small_presets.classes("affectnet_7")
    preset = small_presets.saved(tmp_path / "net", shipped, outputs)
    encoder, head = split(preset.model)
    got = head(seen(encoder))["expression"]
    np.testing.assert_allclose(
        got, preset.model([VIDEO])["expression"], atol=1e-6
    )
    np.testing.assert_allclose(np.sum(got, -1), 1, atol=1e-6)


def test_of_two_models_of_the_same_layers_each_is_its_own():
    model = small_heads.clips(temporal=None, heads=["valence"])
    framewise, last = model.layers[1:]
    clip = keras.Input((5, 8, 8, 3))
    other = keras.Model(clip, {"twice": 2 * last(framewise(clip))})
    encoder, head = split(other)
    expected = 2 * np.array(model(VIDEO))
    np.testing.assert_allclose(head(seen(encoder))["twice"], expected, 1e-6)


def test_an_input_may_be_in_a_dict():
    clip = {"clip": keras.Input((5, 8, 8, 3), name="clip")}
    x = Framewise(small_heads.encoder())(clip["clip"])
    model = keras.Model(clip, keras.layers.Dense(2)(x))
    encoder, head = split(model)
    expected = model({"clip": VIDEO})
    np.testing.assert_allclose(head(seen(encoder)), expected, atol=1e-6)


def test_an_encoder_of_one_layer_becomes_a_model():
    clip = keras.Input((None, 8, 8, 3))
    x = Framewise(keras.layers.GlobalAveragePooling2D(name="pool"))(clip)
    encoder, _ = split(keras.Model(clip, keras.layers.Dense(1)(x)))
    np.testing.assert_allclose(
        encoder(VIDEO[0]), VIDEO[0].mean((1, 2)), rtol=1e-5
    )


def test_affwildnet_has_a_head_of_two_grus():
    encoder, head = split(build_affwildnet("resnet50", frames=None))
    assert encoder.output_shape == (None, 2048)
    assert [x.name for x in head.layers] == [
        "features",
        "gru_1",
        "gru_2",
        "valence_arousal",
    ]
    # 3 * (inputs + units + 1) * units, reset before the product: one bias
    assert head.count_params() == (
        3 * (2048 + 128 + 1) * 128 + 3 * (128 + 128 + 1) * 128 + 129 * 2
    )


def around():
    clip = keras.Input((5, 8, 8, 3))
    x = Framewise(small_heads.encoder())(clip)
    colours = keras.layers.Reshape((5, 192))(clip)
    return keras.Model(clip, keras.layers.Concatenate()([x, colours]))


def after_rescaling():
    clip = keras.Input((5, 8, 8, 3))
    x = keras.layers.Rescaling(2.0)(clip)
    return keras.Model(clip, Framewise(small_heads.encoder())(x))


def two_inputs():
    clips = [keras.Input((5, 8, 8, 3), name=name) for name in "ab"]
    x = Framewise(small_heads.encoder())(clips[0])
    return keras.Model(clips, x)


def no_head():
    clip = keras.Input((5, 8, 8, 3))
    return keras.Model(clip, Framewise(small_heads.encoder())(clip))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (around, "looks at them elsewhere"),
        (no_head, "or ends there"),
        (after_rescaling, "has none there"),
        (two_inputs, "has none there"),
        (small_heads.encoder, "'tiny' has none there"),
        (build_rangulov_gru, "features is a head already"),
    ],
)
def test_what_cannot_be_split_is_said(model, message):
    with pytest.raises(ValueError, match=message):
        split(model())
