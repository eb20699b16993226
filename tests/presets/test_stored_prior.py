import pytest

from emoaff import labels
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

SPACE = labels.LabelSpace("mine", ("neutral", "happiness", "sadness"))


def test_a_preset_without_stored_shares_says_what_to_do(tmp_path):
    model = still_model({"expression": dense(3, activation="softmax")})
    plain = saved(tmp_path / "plain", model, classes(SPACE))
    assert plain.with_prior("as-trained") is plain
    assert plain.describe_prior() == {"name": "as-trained", "shares": None}
    with pytest.raises(
        ValueError, match="plain does not.*uniform.*class_prior of its config"
    ):
        plain.with_prior("uniform")


def test_damaged_shares_name_their_place(tmp_path):
    outputs = classes(SPACE)
    outputs["expression"]["class_prior"] = [0.5, 0.5]
    model = still_model({"expression": dense(3, activation="softmax")})
    broken = saved(tmp_path / "broken", model, outputs)
    with pytest.raises(ValueError, match=r"expression\.class_prior.*broken"):
        broken.with_prior("uniform")
