import json
import types

import pytest

from emoaff import recipes
from emoaff.training.clip_config import ClipConfig
from emoaff.training.expected import Expected
from emoaff.training.recipe_lookup import describe_settings
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_lookup import list_recipes
from emoaff.training.recipe_lookup import read_recipe
from emoaff.training.recipe_lookup import split_name
from emoaff.training.settings import list_settings
from emoaff.training.settings import parse_overrides
from emoaff.training.small_recipe import SmallRecipe

SMALL = recipes.list_small_recipes()


# The names that were recipes of their own.
BEFORE = [
    "synthetic_affectnet_va",
    "synthetic_affwildnet_resnet",
    "synthetic_affwildnet_vgg",
    "synthetic_emoaffectnet_lstm",
    "synthetic_emoaffectnet_static",
    "synthetic_ferplus_static",
    "synthetic_rangulov_ckplus",
    "synthetic_rangulov_cnn",
    "synthetic_rangulov_gru",
    "synthetic_tzirakis_realeyes",
    "synthetic_tzirakis_recola",
]


def test_names_of_before_mean_the_small_settings():
    assert [f"synthetic_{name}" for name in SMALL] == BEFORE
    for name, before in zip(SMALL, BEFORE, strict=True):
        found = recipes.find_recipe(before)
        assert (found.name, found.small) == (name, True)
        assert found == recipes.find_recipe(name, small=True)
        assert split_name(before) == split_name(name, True) == (name, True)
        assert recipes.load_recipe(before) is recipes.load_recipe(name)
    assert not set(BEFORE) & set(recipes.list_recipes())


def test_a_recipe_without_small_settings_lists_those_with():
    with pytest.raises(ValueError, match="finetune has no .*: affectnet_va"):
        recipes.find_recipe("finetune", small=True)


def test_an_unknown_recipe_lists_the_known():
    for name in ("nope", "synthetic_nope"):
        with pytest.raises(ValueError, match=f"'{name}'.*compact_ferplus"):
            recipes.find_recipe(name)


def test_a_module_is_all_that_a_recipe_takes():
    module = types.SimpleNamespace(
        __doc__="  Learns something.",
        NAME="mine",
        CONFIG=ClipConfig(seed=4),
        ABOUT={"summary": "What it is.", "data": "Faces."},
        EXPECTED=(
            Expected({"uar": 0.5}, "recola", "test", source="a paper"),
            Expected({"uar": 0.25}, "synthetic_affect/tiny", "test", seed=1),
        ),
        SMALL=SmallRecipe(
            ClipConfig().change(data={"dataset": "synthetic_affect/tiny"}),
            about={"summary": "A small one."},
        ),
        build=lambda config, data: None,
    )
    full, small = read_recipe(module), read_recipe(module, small=True)
    assert full.config.seed == 4 and full.learns_from_clips
    assert full.build is small.build is module.build
    assert "| recola | test | UAR | 0.500 |  | a paper |" in full.describe()
    assert full.describe().startswith("Learns something.")
    assert [e.scores["uar"] for e in small.expected] == [0.25]
    assert small.about["summary"] == "A small one."
    assert "drawn faces only" in small.about["limits"]


@pytest.mark.parametrize("name", recipes.list_recipes())
def test_commands_can_be_pasted_as_they_are_printed(name):
    for line in recipes.describe_recipe(name).splitlines():
        assert "  --" not in line.strip()


@pytest.mark.parametrize("name", list_recipes())
def test_settings_are_listed_as_set_takes_them(name):
    recipe = find_recipe(name)
    lines = describe_settings(name).splitlines()
    pairs = [line.partition("  (unused")[0].partition("=") for line in lines]
    given = {setting: text for setting, _, text in pairs}
    before = list_settings(recipe.config)
    after = list_settings(parse_overrides(recipe.config, given))
    # Tuples are lists then.
    assert json.dumps(after) == json.dumps(before)


def test_settings_that_a_recipe_does_not_use_say_so():
    lines = describe_settings("finetune").splitlines()
    assert "model.backbone=resnet50  (unused by this recipe)" in lines
    assert "optimizer.momentum=0.9  (unused by these settings)" in lines
    assert "optimizer.name=adamw" in lines
