import keras
import numpy as np
import pytest

from emoaff.presets.feature_model import build_feature_model
from tests.evaluation.small_scores import colours
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import feature_model
from tests.small_presets import lstm_model
from tests.small_presets import saved
from tests.small_presets import still_model


def crops(count=5, side=24):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def nested_model():
    """Two convolutions in a model within, whose layer comes after another."""
    picture = keras.Input((24, 24, 3))
    maps = keras.layers.Conv2D(4, 3, name="maps")(picture)
    pooled = keras.layers.GlobalAveragePooling2D(name="features")(maps)
    inner = keras.Model(picture, pooled, name="trunk")
    inputs = keras.Input((24, 24, 3), name="image")
    x = keras.layers.Rescaling(0.01, name="scaled")(inputs)
    x = keras.layers.Dense(2, name="affect")(inner(x))
    return keras.Model(inputs, {"arousal_valence": x})


def test_features_of_a_preset_are_its_layers_answers(tmp_path):
    preset = saved(
        tmp_path / "p", still_model({"arousal_valence": dense(2)}), AFFECT
    )
    got = preset.features(crops(70), batch_size=32)
    np.testing.assert_allclose(got, colours(crops(70)), rtol=1e-5)
    assert got.dtype == np.float32
    assert preset.features([]).shape == (0, 3)


def test_a_layer_of_a_model_within_is_found(tmp_path):
    model = nested_model()
    inner, x = model.get_layer("trunk"), crops().astype("float32")
    expected = inner(x * np.float32(0.01))
    got = build_feature_model(model, "features")(x)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    # Maps are averaged over their pixels, which is what `features` does here.
    got = build_feature_model(model, "maps")(x)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert build_feature_model(model, "maps") is build_feature_model(
        model, "maps"
    )


def test_features_of_clips_are_those_of_their_image_model(tmp_path):
    preset = saved(
        tmp_path / "w", lstm_model(4), AFFECT, sampling={"window": 4}
    )
    got = preset.features(crops())
    np.testing.assert_allclose(got, colours(crops()), rtol=1e-5)


def test_what_has_no_such_layer_names_some(tmp_path):
    model = nested_model()
    with pytest.raises(ValueError, match="none named 'x'.*maps, features"):
        build_feature_model(model, "x")
    preset = saved(
        tmp_path / "f",
        feature_model(3),
        AFFECT,
        input={"kind": "features", "size": 24, "features_from": "elsewhere"},
        sampling={"window": 3},
    )
    with pytest.raises(ValueError, match="takes features, is an exported"):
        preset.features(crops())
