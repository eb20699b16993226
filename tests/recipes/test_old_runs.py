"""Runs and commands from before settings had groups."""

import json
import pathlib

import numpy as np
import pytest

from emoaff import corpora
from emoaff import presets
from emoaff import recipes
from emoaff.training.clip_config import ClipConfig
from emoaff.training.old_setting_names import OLD_SETTING_NAMES
from emoaff.training.recipe_run import train
from emoaff.training.settings import list_settings
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus

# `config.json` of a run without `--set` of each recipe of clips, as the
# version before wrote it.
FOLDER = pathlib.Path(__file__).parent
STORED = [
    json.loads(line)
    for line in (FOLDER / "flat_settings.jsonl").read_text().splitlines()
]
# What `compact_ferplus` had no setting for when it had its own engine.
FIXED_BEFORE = {
    "data.score_split": "validation",
    "data.target": "distribution",
    "data.in_memory": True,
    "window.frames": 1,
    "balance.name": "classes",
    "augmentation.name": "face",
    "model.backbone": "mobilenet_v1",
    "model.grey": True,
    "model.begin": "checkpoint",
    "loss.name": "votes",
    "optimizer.name": "adamw",
    "optimizer.clip_norm": 1.0,
    "schedule.name": "cosine",
    "schedule.patience": 0,
    "schedule.monitor": "loss",
}
QUICK = {
    "dataset": "small",
    "target": "valence_arousal",
    "frames": "5",
    "size": "32",
    "units": "[4]",
    "batch_size": "2",
    "epochs": "2",
    "patience": "0",
    "steps_per_epoch": "2",
}


CHANGED_SINCE = {
    "compact_ferplus": FIXED_BEFORE,
    # It came out less sure than it was right.
    "finetune": {"data.calibration_share": 0.5},
}


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    splits = {
        "train": [e for n in range(0, 8, 2) for e in segments(n, range(12))],
        "validation": list(segments(9, range(12))),
    }
    small_video(monkeypatch, tmp_path / "data", splits)
    return tmp_path / "data"


@pytest.mark.parametrize("stored", STORED, ids=lambda each: each["recipe"])
def test_no_setting_of_a_recipe_has_changed(stored):
    stored = dict(stored)
    recipe = recipes.find_recipe(stored.pop("recipe"))
    config = recipe.configure({})
    settings = list_settings(config)
    later = dict(settings)
    for name, value in stored.items():
        current = OLD_SETTING_NAMES.get(name, name)
        later.pop(current, None)
        now = json.loads(json.dumps(settings[current]))
        assert (name, now, type(now)) == (name, value, type(value))
    # What came since leaves everything as it was.
    usual = list_settings(ClipConfig())
    changed = {name: v for name, v in later.items() if v != usual[name]}
    assert changed == CHANGED_SINCE.get(recipe.name, {})
    assert recipe.read_config(stored) == config


def test_every_recipe_of_before_is_one_of_today():
    assert len(STORED) == 25
    names = {recipes.find_recipe(each["recipe"]).name for each in STORED}
    # These came later.
    others = {"cnn_lstm_affect", "joint_heads", "tzirakis_kerc"}
    assert names == set(recipes.list_recipes()) - others


def best_weights(run):
    with np.load(run / "checkpoints" / "best.npz") as stored:
        return {name: stored[name] for name in stored.files if name[0] == "v"}


class StoppedError(Exception):
    """As a kill of the process would be."""


def stop_after_one_epoch(line):
    if line.startswith("epoch 1/"):
        raise StoppedError


@pytest.mark.slow
def test_an_interrupted_run_of_before_goes_on(data_dir, tmp_path):
    name = "synthetic_tzirakis_recola"
    train(name, data_dir, tmp_path / "whole", QUICK, report=[].append)
    run = tmp_path / "run"
    with pytest.raises(StoppedError):
        train(name, data_dir, run, QUICK, report=stop_after_one_epoch)
    # What the version before would have written in the run's place.
    path = run / "config.json"
    groups = json.loads(path.read_text())
    assert groups.pop("recipe") == "tzirakis_recola"
    assert groups.pop("small") is True
    assert groups["model"]["units"] == [4]
    old = next(dict(each) for each in STORED if each["recipe"] == name)
    for key, text in QUICK.items():
        old[key] = text if isinstance(old[key], str) else json.loads(text)
    path.write_text(json.dumps(old))
    preset = train(name, data_dir, run, resume=True, report=[].append)
    expected, got = best_weights(tmp_path / "whole"), best_weights(run)
    assert expected and set(expected) == set(got)
    for key, value in expected.items():
        np.testing.assert_array_equal(value, got[key])
    history = (run / "history.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in history] == ["epoch", "1", "2"]
    command = presets.read_config(preset)["provenance"]["train_command"]
    assert command.startswith("emoaff train tzirakis_recola --small --data")
    assert " --set data.dataset=small " in command


@pytest.mark.slow
def test_an_interrupted_run_of_the_engine_of_before_goes_on(tmp_path):
    write_ferplus(
        tmp_path / "manual",
        balanced_rows(32) + balanced_rows(8, "PublicTest", first=32),
    )
    data_dir = tmp_path / "data"
    corpora.prepare("ferplus", tmp_path / "manual", data_dir, False)
    quick = {
        "stages": "[[2, 32]]",
        "head_epochs": "0",
        "batch_size": "8",
        "warmup_steps": "1",
        "held_out": "0.3",
        "prior_strength": "0.5",
        "correct_prior": "true",
        "calibrate_on": "mixed",
        "keep": "last",
    }
    name, run = "compact_ferplus", tmp_path / "run"
    train(name, data_dir, tmp_path / "whole", quick, report=[].append)
    with pytest.raises(StoppedError):
        train(name, data_dir, run, quick, report=stop_after_one_epoch)
    old = next(dict(each) for each in STORED if each["recipe"] == name)
    for key, text in quick.items():
        old[key] = text if isinstance(old[key], str) else json.loads(text)
    (run / "config.json").write_text(json.dumps(old))
    preset = train(name, data_dir, run, resume=True, report=[].append)
    expected, got = best_weights(tmp_path / "whole"), best_weights(run)
    assert expected and set(expected) == set(got)
    for key, value in expected.items():
        np.testing.assert_array_equal(value, got[key])
    config = presets.read_config(preset)
    whole = presets.read_config(tmp_path / "whole" / "preset")
    assert config["weights"]["sha256"] == whole["weights"]["sha256"]
    assert config["provenance"]["prior_share"] > 0
    command = config["provenance"]["train_command"]
    assert " --set 'schedule.stages=[[2,32]]' " in command


def test_a_run_is_resumed_by_its_own_recipe_only(data_dir, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    old = next(e for e in STORED if e["recipe"] == "synthetic_rangulov_cnn")
    (run / "config.json").write_text(json.dumps(old))
    for name in ("rangulov_cnn", "synthetic_rangulov_gru"):
        with pytest.raises(ValueError, match="is of rangulov_cnn --small"):
            train(name, data_dir, run, resume=True)


def test_names_of_today_and_before_make_the_same_settings():
    recipe = recipes.find_recipe("ferplus_static")
    before = recipe.configure(
        {"label_smoothing": "0.0", "learning_rate": "0.0003", "stored": "int8"}
    )
    assert before == recipe.configure(
        {
            "loss.label_smoothing": "0.0",
            "optimizer.learning_rate": "3e-4",
            "model.stored": "int8",
        }
    )
    assert before.optimizer.learning_rate == 3e-4


@pytest.mark.parametrize(
    ("first", "start", "expected"),
    [
        ("a.weights.h5", "", "a.weights.h5"),
        ("", "runs/b", "runs/b"),
        ("a.weights.h5", "runs/b", "runs/b"),
        ("", "", ""),
    ],
)
def test_two_old_names_of_first_weights_are_one_setting(first, start, expected):
    recipe = recipes.find_recipe("compact_ferplus")
    stored = {"initial_weights": first, "start": start}
    assert recipe.read_config(stored).model.start == expected
    backwards = {"start": first, "initial_weights": start}
    assert recipe.read_config(backwards).model.start == expected
