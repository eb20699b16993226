import keras
import numpy as np
import pytest

from emoaff.data.recordings import load_recordings
from emoaff.evaluation.frame_features import compute_frame_features
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import saved


@pytest.fixture(scope="module")
def recordings(data_dir):
    return load_recordings("small", SPLIT, data_dir)


def test_features_are_computed_once_and_found_again(
    affect, recordings, truth, tmp_path
):
    said = []
    for _ in range(2):
        found = compute_frame_features(
            affect.path, recordings, tmp_path, said.append
        )
        np.testing.assert_allclose(found, colours(truth["image"]), atol=1e-5)
    assert said == ["features of 54 frames with affect"]
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("features_validation_")


def test_no_preset_has_no_features(recordings, tmp_path):
    assert compute_frame_features("", recordings, tmp_path, print) is None


def test_a_model_without_features_is_named(recordings, tmp_path):
    face = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D()(face)
    model = keras.Model(face, {"arousal_valence": dense(2)(x)})
    preset = saved(tmp_path / "bare", model, AFFECT)
    with pytest.raises(ValueError, match="named 'features'. bare has none"):
        compute_frame_features(preset.path, recordings, tmp_path, print)
