import pytest

from emoaff.recipes.joint_heads import Config


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="`heads` must be some of"):
        Config(heads=("smile",))
    with pytest.raises(ValueError, match="a number for each of"):
        Config(head_weights=(1.0,))
