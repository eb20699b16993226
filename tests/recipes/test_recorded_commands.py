"""The commands that trained what is shipped, and those in the recipes."""

import inspect
import json
import pathlib
import re
import shlex
import shutil

import cv2
import keras
import numpy as np
import pytest

from emoaff import corpora
from emoaff import presets
from emoaff import recipes
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.training.old_setting_names import OLD_SETTING_NAMES
from emoaff.training.settings import list_settings
from emoaff_cli.command import main
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "training" / "README.md"
TEACHER = "resnet50_ferplus"  # a preset, which one of the commands makes


def commands_of_page():
    """The commands in the page on how the shipped presets were trained."""
    lines = PAGE.read_text("utf-8").splitlines()
    return [line.strip() for line in lines if "emoaff train " in line]


def commands_of_recipes():
    """The commands in the docstrings of recipes."""
    for name in recipes.list_recipes():
        text = inspect.getdoc(recipes.load_recipe(name))
        lines = text.replace("\\\n", " ").splitlines()
        yield from (x.strip() for x in lines if "    emoaff train " in x)


def read_settings(words):
    given = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
    return dict(text.split("=", 1) for text in given)


def says(text, value):
    """Whether a text of a command means a value of the settings."""
    try:
        meant = json.loads(text)
    except ValueError:  # texts need no quotes
        meant = text.strip("[]")
        meant = meant.split(",") if isinstance(value, list) else meant
    return meant == value


@pytest.mark.parametrize(
    "command", [*commands_of_page(), *commands_of_recipes()]
)
def test_recorded_commands_are_still_understood(command):
    words = shlex.split(command)
    overrides = read_settings(words)
    settings = list_settings(recipes.find_recipe(words[2]).configure(overrides))
    for name, text in overrides.items():
        value = settings[name if name in settings else OLD_SETTING_NAMES[name]]
        assert says(text, json.loads(json.dumps(value)))


def write_kerc(root, clips=72):
    """A copy of KERC 2020 in its layout: each clip of three grey faces."""
    (root / "frame_img").mkdir(parents=True)
    rows = ["video_name,Valence,Arousal,Stress"]
    for clip in range(1, clips + 1):
        rows.append(f"Train/{clip:04d}.mp4,{clip % 10},{clip % 7},5")
        for face in range(3):
            image = np.full((40, 40, 3), 3 * clip + face, np.uint8)
            path = root / "frame_img" / f"v{clip}-face_{face}.jpg"
            cv2.imwrite(str(path), image)
    (root / "train_mean.csv").write_text("\n".join(rows) + "\n")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with small corpora and the files that commands begin with."""
    monkeypatch.chdir(tmp_path)
    write_ferplus(
        tmp_path / "ferplus",
        balanced_rows(80) + balanced_rows(16, "PublicTest", first=80),
    )
    corpora.prepare("ferplus", tmp_path / "ferplus", "data", False)
    write_kerc(tmp_path / "kerc")
    corpora.prepare("kerc2020/clips", tmp_path / "kerc", "data", False)
    for model, name in (
        (build_mobilenet_v1(), "mobilenet_v1_vggface2_folded"),
        (
            keras.applications.ResNet50(include_top=False, weights=None),
            "resnet50_imagenet_notop",
        ),
    ):
        model.save_weights(f"{name}.weights.h5")
    return tmp_path


def is_ready(words):
    """Whether the runs and the preset that a command names are there."""
    named = re.findall(rf"\bruns/\w+|\b{TEACHER}\b", " ".join(words))
    own = words[words.index("--out") + 1]
    return all(pathlib.Path(x).is_dir() for x in set(named) - {own})


@pytest.mark.slow
def test_each_command_of_the_page_trains_a_preset_in_one_epoch(place):
    waiting = [shlex.split(command)[1:] for command in commands_of_page()]
    assert len(waiting) > 10
    while waiting:
        ready = [words for words in waiting if is_ready(words)]
        assert ready, waiting
        for words in ready:
            less = ["--set", "epochs=1"]
            if words[1] == "compact_ferplus":  # with `stages` instead
                less = ["--set", "stages=[[1,64]]", "--set", "warmup_steps=0"]
            assert main([*words, *less]) == 0, shlex.join(words)
            run = pathlib.Path(words[words.index("--out") + 1])
            provenance = presets.read_config(run / "preset")["provenance"]
            assert f"emoaff train {words[1]} " in provenance["train_command"]
            if run.name == "ferplus_static":
                shutil.copytree(run / "preset", TEACHER)
            waiting.remove(words)
