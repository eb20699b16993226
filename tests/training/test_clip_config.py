import dataclasses
import json

import pytest

from emoaff import recipes
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_config import list_choices
from emoaff.training.old_setting_names import OLD_SETTING_NAMES
from emoaff.training.settings import list_settings
from emoaff.training.settings import read_stored

STILLS = {"data.in_memory": True, "frames": 1, "augment": "face"}
CLIP_RECIPES = [
    name
    for name in recipes.list_recipes()
    if recipes.find_recipe(name).learns_from_clips
]


@pytest.mark.parametrize("name", CLIP_RECIPES)
def test_settings_survive_being_stored(name):
    config = recipes.find_recipe(name).config
    stored = json.loads(json.dumps(dataclasses.asdict(config)))
    assert read_stored(ClipConfig(model=type(config.model)()), stored) == config


@pytest.mark.parametrize("name", CLIP_RECIPES)
def test_a_recipe_says_who_it_is(name):
    module = recipes.load_recipe(name)
    assert name == module.NAME
    texts = {"summary", "data", "licence", "training", "limits"}
    assert texts <= set(module.ABOUT) <= texts | {"away", "not_for"}
    assert f"emoaff train {name} " in module.__doc__
    assert "Expect" in module.__doc__
    assert isinstance(module.EXPECTED, tuple)


def test_every_old_name_is_that_of_one_setting():
    known = {*list_settings(ClipConfig()), "model.network"}
    assert set(OLD_SETTING_NAMES.values()) <= known
    assert len(OLD_SETTING_NAMES) == 83
    # Two settings had two names.
    assert len(set(OLD_SETTING_NAMES.values())) == 81
    # What there was no name for before there were groups.
    later = known - set(OLD_SETTING_NAMES.values())
    assert later == {
        "seed",
        "data.in_memory",
        "data.calibration_share",
        "data.merges",
        "data.corpus_weights",
        "data.side_rule",
        "model.begin",
        "model.pooling",
        "augmentation.jpeg",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": "cc"}, "`loss.name` must be one of ccc, .*='cc'"),
        ({"frames": 0}, "`window.frames` must be at least 1"),
        ({"size": -1}, "`model.size` must be at least 0"),
        ({"shrink": 0.5}, "`augmentation.shrink` must be at least 1"),
        (
            {"batch_size": 3, "accumulate": 2},
            "multiple of `batch.accumulate`.*batch.size=3",
        ),
        ({"epochs": 2, "head_epochs": 3}, "at most `schedule.epochs`"),
        ({"augment": "face"}, "window.frames=1"),
        ({"pixels": "uint16"}, "`data.pixels` must be one of float32, uint8"),
        ({"pixels": "uint8", "mixup": 0.2}, "pixels=uint8.*mixup=0.2"),
        (
            {"pixels": "uint8", "augment": "face", "frames": 1},
            "pixels=uint8.*augmentation.name=face",
        ),
        ({"teacher": "compact_ferplus"}, "`teacher` is for data.target=distr"),
        ({"teacher_sees": "all"}, "one of changed, stored. Received: .*'all'"),
        ({"teacher_sees": "stored"}, "needs images in memory"),
        ({"calibrate_on": "mixed"}, "needs images in memory"),
        ({"stages": [[2, 64]]}, "`schedule.stages` needs images in memory"),
        (
            {**STILLS, "stages": [[2, 0]]},
            "pairs .epochs, side in pixels. of at least 1.*2, 0",
        ),
        ({**STILLS, "stages": [[2]]}, "pairs .epochs, side in pixels"),
        (
            {**STILLS, "frames": 2, "augment": "none"},
            "in_memory=true is for window.frames=1",
        ),
        ({**STILLS, "augment": "flip"}, "in_memory=true.*name=flip"),
        (
            {"held_out": 0.1, "validation_share": 0.2},
            "`data.held_out` must lie in .0, 1.*validation_share=0.2",
        ),
        ({"held_out": 1.0}, "`data.held_out` must lie in"),
        ({"prior_strength": 0.5}, "`loss.prior_strength` is for data.target"),
        ({"model.pooling": "max"}, "`model.pooling` must be one of mean, we"),
        ({"model.pooling": "weighted"}, "weighted is for window.frames=1"),
        (
            {"model.pooling": "weighted", "frames": 1},
            "`model.pooling` is for data.target=expression or distribution",
        ),
        ({"prior_kept": 0.0}, "`balance.prior_kept` must be over 0"),
        ({"monitor": "loss"}, "monitor=loss is for data.target=expression"),
        ({"zoom": 0.9}, "`augmentation.zoom` must be at least 1"),
        (
            {"schedule.warmup_steps": 5},
            "warmup_steps` is for schedule.name=cosine.*constant",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        read_stored(ClipConfig(), changes)


@pytest.mark.parametrize("name", list_choices())
def test_a_wrong_choice_lists_those_there_are(name):
    known = [choice for choice in list_choices()[name] if choice]
    with pytest.raises(ValueError, match=f"`{name}` must be one of") as error:
        read_stored(ClipConfig(), {name: "nope"})
    assert all(choice in str(error.value) for choice in known)


def test_a_subclass_with_a_setting_that_moved_says_where_it_is():
    with pytest.raises(TypeError, match="`frames`.*`window.frames`"):

        class Config(ClipConfig):
            frames: int = 10


def test_changing_one_setting_of_a_group_keeps_the_others():
    before = ClipConfig().change(window={"frames": 80, "stride": 4})
    after = before.change(window={"stride": 5}, seed=3)
    assert (after.window.frames, after.window.stride) == (80, 5)
    assert after.seed == 3
    assert dataclasses.replace(after, window=before.window, seed=0) == before


@pytest.mark.parametrize(
    ("group", "setting", "match"),
    [
        ("loss", {"class_weights": "mean"}, "class_weights.*is for classes"),
        ("loss", {"label_smoothing": 0.1}, "label_smoothing.*is for classes"),
        ("balance", {"name": "classes"}, "balance.name=classes draws"),
    ],
)
def test_what_is_for_classes_is_refused_for_valence(group, setting, match):
    with pytest.raises(ValueError, match=f"{match}.*which has none"):
        ClipConfig().change(**{group: setting})
