import dataclasses
from typing import ClassVar

import pytest

from emoaff.training.settings import change_groups
from emoaff.training.settings import get_setting
from emoaff.training.settings import list_settings
from emoaff.training.settings import nest_settings
from emoaff.training.settings import parse_overrides
from emoaff.training.settings import read_stored


@dataclasses.dataclass(frozen=True)
class Speed:
    name: str = "slow"
    rate: float = 0.5
    steps: int = 3
    loud: bool = False


@dataclasses.dataclass(frozen=True)
class Config:
    speed: Speed = Speed()
    seed: int = 0

    OLD_NAMES: ClassVar[dict] = {"speed": "speed.name", "rate": "speed.rate"}


@dataclasses.dataclass(frozen=True)
class Flat:
    rate: float = 0.5
    name: str = "slow"


def test_settings_of_groups_have_a_dot_in_their_names():
    settings = list_settings(Config(seed=7))
    assert settings == {
        "speed.name": "slow",
        "speed.rate": 0.5,
        "speed.steps": 3,
        "speed.loud": False,
        "seed": 7,
    }
    assert nest_settings(settings) == {
        "speed": {"name": "slow", "rate": 0.5, "steps": 3, "loud": False},
        "seed": 7,
    }


@pytest.mark.parametrize("name", ["speed.rate", "rate"])
def test_a_setting_is_found_by_its_name_of_today_and_before(name):
    assert get_setting(Config(Speed(rate=0.25)), name) == 0.25
    assert get_setting(Flat(0.25), "rate") == 0.25
    assert get_setting(Flat(), "speed.rate", "none") == "none"
    by_text = parse_overrides(Config(), {name: "2"})
    assert by_text == Config(Speed(rate=2.0))
    assert isinstance(by_text.speed.rate, float)


def test_the_name_of_a_group_means_the_name_in_it():
    assert parse_overrides(Config(), {"speed": "fast"}).speed == Speed("fast")


def test_a_class_stands_for_its_own_defaults():
    assert parse_overrides(Flat, {"name": "3"}) == Flat(name="3")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"speed.rat": "1"}, "'speed.rat'. Did you mean 'speed.rate'"),
        ({"speed.rate": "much"}, "like 0.5 for speed.rate.*rate=much"),
        ({"speed.steps": "1.5"}, "like 3 for speed.steps"),
        ({"speed.steps": "true"}, "like 3 for speed.steps"),
        ({"speed.loud": "1"}, "like false for speed.loud"),
        ({"rate": "1", "speed.rate": "2"}, "speed.rate once.*rate and speed"),
    ],
)
def test_a_wrong_setting_says_what_is_expected(overrides, message):
    with pytest.raises(ValueError, match=message):
        parse_overrides(Config(), overrides)


def test_stored_settings_are_read_flat_and_in_groups():
    wanted = Config(Speed("fast", 0.25), seed=2)
    flat = {"speed": "fast", "rate": 0.25, "seed": 2}
    grouped = {"speed": {"name": "fast", "rate": 0.25}, "seed": 2}
    assert read_stored(Config(), flat) == wanted
    assert read_stored(Config(), grouped) == wanted
    with pytest.raises(ValueError, match="'speed.pitch'.*speed.name"):
        read_stored(Config(), {"speed": {"pitch": 1}})
    with pytest.raises(ValueError, match="'pitch'.*speed, seed"):
        read_stored(Config(), {"pitch": 1})


def test_a_group_is_not_a_number():
    assert change_groups(Config(), {"speed": Speed("fast")}).speed.rate == 0.5
    with pytest.raises(ValueError, match="`speed` is a group.*speed='fast'"):
        change_groups(Config(), {"speed": "fast"})
