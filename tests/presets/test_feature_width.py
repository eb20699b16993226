import pytest

from emoaff import presets
from emoaff.presets.feature_model import build_feature_model
from emoaff.presets.feature_width import describe_features


@pytest.mark.parametrize("name", presets.list_presets())
def test_every_card_says_how_wide_the_features_are(name):
    said = describe_features(presets.read_config(name))
    card = (presets.find(name) / "README.md").read_text()
    assert f"| layer `features` | {said}, for `emoaff features` |" in card


def test_the_width_on_the_card_is_that_of_the_vectors():
    preset = presets.load_preset("compact_ferplus")
    width = build_feature_model(preset.model, "features").output_shape[-1]
    assert describe_features(preset.config) == (
        f"{width:,} numbers, WeightedAveragePooling2D"
    )


def test_a_config_without_the_layer_says_nothing():
    assert (
        describe_features({"architecture": {"layers": [{"name": "x"}]}}) == ""
    )
