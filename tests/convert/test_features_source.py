import keras
import pytest

from emoaff.convert.features_source import find_features_source
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


def test_the_preset_of_the_features_is_named_with_its_checksum(tmp_path):
    model = still_model({"expression": dense(8, activation="softmax")})
    image = saved(
        tmp_path / "image",
        model,
        classes("ferplus"),
        crop={"margin": 0.3, "interpolation": "nearest"},
    )
    taken, crop = find_features_source(image.path, 3)
    assert taken == {
        "kind": "features",
        "features_from": str(image.path),
        "features_sha256": image.config["weights"]["sha256"],
        "size": image.size,
    }
    assert crop == {"margin": 0.3, "interpolation": "nearest"}
    with pytest.raises(ValueError, match=r"of 512 numbers in .*Found \(3,\)"):
        find_features_source(image.path, 512)


def test_a_preset_without_features_is_refused(tmp_path):
    face = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D()(face)
    model = keras.Model(face, {"expression": dense(8)(x)})
    plain = saved(tmp_path / "plain", model, classes("ferplus"))
    with pytest.raises(ValueError, match="Found none"):
        find_features_source(plain.path, 3)
