import keras
import numpy as np
import pytest

from emoaff import presets
from emoaff.convert import save
from emoaff.convert.features_only import make_features_only

ABOUT = dict.fromkeys(("summary", "data", "training"), "As known.")


def test_it_puts_out_the_features_and_says_what_it_cannot(tmp_path):
    face = keras.Input((8, 8, 3))
    mean = keras.layers.GlobalAveragePooling2D()(face)
    backbone = keras.Model(face, mean, name="backbone")
    found = make_features_only(backbone, 8, "mean", "MIT", ABOUT, ["one note"])
    assert found.notes == ("one note",)
    preset = presets.load_preset(save(found, tmp_path / "mean"))
    faces = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    np.testing.assert_allclose(
        preset.predict(faces)["features"], faces.mean(axis=(1, 2)), rtol=1e-5
    )
    with pytest.raises(ValueError, match="gives features alone"):
        preset.require_answers()
