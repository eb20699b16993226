import pytest

from emoaff.presets import features_folder
from emoaff.presets.sequence_model import sequence_model
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
from tests.prediction.small_sequences import reloaded
from tests.prediction.small_sequences import still_preset


@pytest.fixture
def still(tmp_path):
    return still_preset(tmp_path / "still")


def test_parts_are_made_once(tmp_path):
    preset = clip_preset(tmp_path / "clips")
    assert sequence_model(preset) is sequence_model(preset)


@pytest.mark.parametrize("named", ["still", "../still"])
def test_a_folder_is_found_beside_the_preset(named, still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still, named=named)
    assert features_folder(preset).resolve() == still.path
    assert sequence_model(preset).encoder.output_shape == (None, 3)


def test_another_image_model_is_refused(still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still)
    wrong = {**preset.config["input"], "features_sha256": "0" * 64}
    with pytest.raises(ValueError, match="has other weights"):
        sequence_model(reloaded(preset, input=wrong))
