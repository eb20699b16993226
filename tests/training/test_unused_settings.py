import dataclasses
import json
import types

import pytest

from emoaff import labels
from emoaff import recipes  # noqa: F401
from emoaff.training.clip_config import ClipConfig
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_lookup import list_recipes
from emoaff.training.recipe_lookup import load_recipe
from emoaff.training.run_table import flatten_stored
from emoaff.training.settings import list_settings
from emoaff.training.unused_settings import find_unused
from emoaff.training.unused_settings import read_unused

SAID = [
    (name, small)
    for name in list_recipes()
    for small in (False, True)
    if read_unused(name, small=small)
    and (not small or hasattr(load_recipe(name), "SMALL"))
]


class Watched:
    """Settings that note which of them are looked at."""

    def __init__(self, settings, seen, before=""):
        self._settings, self._seen, self._before = settings, seen, before

    def __getattr__(self, name):
        value, full = getattr(self._settings, name), f"{self._before}{name}"
        if dataclasses.is_dataclass(value):
            return Watched(value, self._seen, f"{full}.")
        self._seen.add(full)
        return value


@pytest.mark.parametrize(("name", "small"), SAID)
def test_no_network_looks_at_what_its_recipe_calls_unused(name, small):
    recipe = find_recipe(name, small)
    config, seen = recipe.config, set()
    # Another network would take long; which settings are read, it is not.
    quick = {"backbone": "small_cnn", "units": (4,), "start": ""}
    if recipe.config.model.start == "compact_ferplus":
        quick["start"] = "compact_ferplus"
    if config.model.size and "affwildnet" not in name:
        quick["size"] = 64
    config = config.change(model=quick, window={"frames": config.window.frames})
    if name in ("emoaffectnet_lstm", "rangulov_gru"):
        config = config.change(data={"features_from": "somewhere"})
    data = types.SimpleNamespace(
        space=labels.get("ferplus"),
        classes=8,
        feature_count=5,
        sides={},
        training=types.SimpleNamespace(features=None),
    )
    recipe.build(Watched(config, seen), data)
    assert seen
    assert not seen & read_unused(name, small=small)
    assert read_unused(name, small=small) <= set(list_settings(config))


@pytest.mark.parametrize(
    ("changes", "unused", "used"),
    [
        ({}, "optimizer.momentum", "optimizer.learning_rate"),
        ({"optimizer": {"name": "sgd"}}, "balance.rare", "optimizer.momentum"),
        (
            {"balance": {"name": "oversample"}},
            "balance.power",
            "balance.tolerated_share",
        ),
        (
            {"model": {"temporal": ""}, "schedule": {"head_epochs": 1}},
            "model.units",
            "schedule.head_learning_rate",
        ),
        (
            {"augmentation": {"name": "strong"}},
            "augmentation.rotation",
            "augmentation.mixup",
        ),
    ],
)
def test_a_setting_that_another_one_rules_out_is_unused(changes, unused, used):
    config = ClipConfig().change(**changes)
    stored = json.loads(json.dumps(dataclasses.asdict(config)))
    found = find_unused(flatten_stored(stored))
    assert unused in found
    assert used not in found
    assert found <= set(list_settings(config))


def test_a_recipe_of_ones_own_is_read_and_not_run(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text('raise SystemExit\nUNUSED = ("model.grey",)\n')
    assert read_unused("mine.py", tmp_path) == {"model.grey"}
    assert read_unused("none.py", tmp_path) == set()
    file.write_text("UNUSED = sorted(('model.grey',))\n")
    assert read_unused("mine.py", tmp_path) == set()
