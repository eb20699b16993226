import dataclasses
import json

import pytest

from emoaff import recipes
from emoaff.training.clip_config import ClipConfig
from emoaff.training.recipe_run import parse_overrides

CLIP_RECIPES = [
    name
    for name in recipes.names()
    if issubclass(recipes.load(name).Config, ClipConfig)
]


@pytest.mark.parametrize("name", CLIP_RECIPES)
def test_settings_survive_being_stored(name):
    config = recipes.load(name).Config()
    stored = json.loads(json.dumps(dataclasses.asdict(config)))
    assert type(config)(**stored) == config


@pytest.mark.parametrize("name", CLIP_RECIPES)
def test_a_recipe_says_who_it_is(name):
    module = recipes.load(name)
    assert name == module.NAME
    texts = {"summary", "data", "licence", "training", "limits"}
    assert set(module.ABOUT) == texts
    assert f"emoaff train {name} " in module.__doc__
    assert "Expect" in module.__doc__


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": "cc"}, "`loss` must be one of ccc, .*loss='cc'"),
        ({"frames": 0}, "`frames` must be at least 1"),
        ({"shrink": 0.5}, "`shrink` must be at least 1"),
        ({"batch_size": 3, "accumulate": 2}, "multiple of `accumulate`"),
        ({"epochs": 2, "head_epochs": 2}, "less than `epochs`"),
        ({"augment": "face"}, "frames=1"),
        ({"pixels": "uint16"}, "`pixels` must be one of float32, uint8"),
        ({"pixels": "uint8", "mixup": 0.2}, "pixels=uint8.*mixup=0.2"),
        (
            {"pixels": "uint8", "augment": "face", "frames": 1},
            "pixels=uint8.*augment=face",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        ClipConfig(**changes)


def test_an_unknown_setting_lists_the_known_ones():
    config = recipes.load("tzirakis_recola").Config
    with pytest.raises(ValueError, match="learning_rat.*learning_rate"):
        parse_overrides(config, {"learning_rat": "1"})
