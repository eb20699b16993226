import keras
import numpy as np
import pytest

from emoaff.layers import FeatureNormalization
from emoaff.models import build_cnn_lstm
from emoaff.models import build_fusion

SMALL = {"image_size": 16, "backbone": "small_cnn", "temporal_units": (5, 3)}


def normalizations():
    return {
        "audio": FeatureNormalization([1.0, 2.0], [2.0, 4.0], name="a"),
        "eda": FeatureNormalization([0.5], [0.1], name="e"),
    }


def given(seed=0, frames=4):
    rng = np.random.default_rng(seed)
    return {
        "frames": np.float32(rng.uniform(0, 255, (2, frames, 16, 16, 3))),
        "audio": np.float32(rng.normal(size=(2, frames, 2))),
        "eda": np.float32(rng.normal(size=(2, frames, 1))),
    }


def test_early_fusion_is_one_stack_on_everything_side_by_side():
    model = build_fusion(None, normalizations(), **SMALL)
    x = given()
    faces = model.get_layer("backbone")(x["frames"])
    audio = (x["audio"] - [1, 2]) / [2, 4]
    both = np.concatenate([faces, audio, (x["eda"] - 0.5) / 0.1], axis=-1)
    y = model.get_layer("lstm_2")(model.get_layer("lstm_1")(np.float32(both)))
    expected = model.get_layer("arousal_valence")(y)
    np.testing.assert_allclose(model(x), expected, atol=1e-6)


def test_late_fusion_is_a_stack_each():
    model = build_fusion(None, normalizations(), fusion="late", **SMALL)
    names = {layer.name for layer in model.layers}
    assert {"lstm_1", "lstm_2", "audio_lstm_1", "eda_lstm_2"} <= names
    x = given()
    parts = [model.get_layer("backbone")(x["frames"])]
    parts += [np.float32((x["audio"] - [1, 2]) / [2, 4])]
    parts += [np.float32((x["eda"] - 0.5) / 0.1)]
    for place, prefix in enumerate(("", "audio_", "eda_")):
        for layer in (1, 2):
            stack = model.get_layer(f"{prefix}lstm_{layer}")
            parts[place] = stack(parts[place])
    joined = keras.ops.concatenate(parts, axis=-1)
    assert joined.shape == (2, 4, 9)
    expected = model.get_layer("arousal_valence")(joined)
    np.testing.assert_allclose(model(x), expected, atol=1e-6)


def test_a_missing_modality_is_as_its_mean():
    model = build_fusion(None, normalizations(), **SMALL)
    x = given()
    gone = {**x, "audio": np.full_like(x["audio"], np.nan)}
    mean = {**x, "audio": np.broadcast_to(np.float32([1, 2]), (2, 4, 2))}
    assert np.isfinite(model(gone)).all()
    np.testing.assert_allclose(model(gone), model(mean), atol=1e-6)
    assert np.abs(np.subtract(model(gone), model(x))).max() > 1e-4


def test_weights_of_a_model_of_faces_fit_late_fusion():
    faces = build_cnn_lstm(backbone="small_cnn", temporal_units=(5, 3))
    late = build_fusion(None, normalizations(), fusion="late", **SMALL)
    for name in ("lstm_1", "lstm_2"):
        shapes = [w.shape for w in faces.get_layer(name).weights]
        assert [w.shape for w in late.get_layer(name).weights] == shapes


def test_without_faces_and_with_features_of_faces():
    sound = {"audio": FeatureNormalization([1.0, 2.0], [2.0, 4.0])}
    blind = build_fusion(4, sound, temporal_units=3, return_sequences=False)
    assert list(blind.input) == ["audio"]
    assert blind.output_shape == (None, 2)
    faces = FeatureNormalization([1.0] * 7, [0.5] * 7)
    seen = build_fusion(4, sound, face_features=faces, temporal="gru")
    assert seen.input["frames"].shape == (None, 4, 7)
    alone = build_fusion(4, {}, face_features=faces, fusion="late")
    assert alone.input.shape == (None, 4, 7)
    assert alone.get_layer("lstm_1").input.shape == (None, 4, 7)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"fusion": "middle"}, "fusion='middle'"),
        ({"fusion": "late", "temporal": None}, "Use early fusion"),
        ({"normalizations": {}}, "Expected modalities beside faces"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, sentence):
    arguments = {"normalizations": normalizations(), **SMALL, **changed}
    with pytest.raises(ValueError, match=sentence):
        build_fusion(4, **arguments)
