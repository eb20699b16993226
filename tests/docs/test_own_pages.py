"""Follows the pages on a corpus and a recipe of one's own, step by step."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

import emoaff_cli
from emoaff import corpora
from emoaff import presets
from emoaff.corpora import own_corpora
from emoaff.training.recipe_lookup import find_recipe
from tests.docs.worked_changes import ROOT
from tests.docs.worked_changes import apply_page

pytestmark = pytest.mark.skipif(
    not shutil.which("git"), reason="needs git, to apply diffs"
)
CLASSES = ("neutral", "happy", "sad")
QUICK = "--set", "schedule.epochs=1", "--set", "batch.size=2"


@contextlib.contextmanager
def inside(folder):
    before = pathlib.Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def emoaff(*arguments):
    assert emoaff_cli.main([str(each) for each in arguments]) == 0


def pytest_in(folder, *tests):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *tests],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def write_files(root):
    """A person's face is a grey of its own; expressions differ in colour."""
    for number, person in enumerate(("anna", "ben", "carla")):
        (root / person).mkdir(parents=True)
        for label, name in enumerate(CLASSES):
            image = np.full((48, 48, 3), 40 + 20 * number, "uint8")
            image[..., label] += 120
            cv2.imwrite(str(root / person / f"{name}_01.png"), image)
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both skeletons, filled in as the pages say; the corpus is built."""
    folder = tmp_path_factory.mktemp("own")
    with inside(folder):
        emoaff("new", "corpus", "my_corpus")
        emoaff("new", "recipe", "my_recipe")
        apply_page("corpus.md", folder)
        apply_page("recipe.md", folder)
        emoaff(
            *("prepare", "my_corpus/clips+find_faces=false+size=48"),
            *("--manual-dir", write_files(folder / "files")),
            *("--data-dir", "data"),
        )
    return folder


@pytest.fixture(scope="module")
def run(folder):
    """A run, of a process that knows the corpus by its name alone."""
    own_corpora.OWN_BUILDERS.clear()
    name = "my_corpus/clips+find_faces=false+size=48"
    (folder / "away").mkdir()
    with inside(folder / "away"):  # where no folder has the corpus's name
        emoaff(
            *("train", folder / "my_recipe.py", "--data-dir", "../data"),
            *("--out", "../runs/first", "--set", f"data.dataset={name}"),
            *QUICK,
        )
    return folder / "runs" / "first"


@pytest.fixture(scope="module")
def said_by_tests(folder):
    """What pytest says of both skeletons, filled in and empty, in one go."""
    with inside(folder):
        emoaff("new", "corpus", "empty_corpus")
        emoaff("new", "recipe", "empty_recipe")
    filled = "my_corpus/test_my_corpus.py", "test_my_recipe.py"
    return pytest_in(folder, *filled, "empty_corpus", "test_empty_recipe.py")


def test_filled_in_skeletons_pass_their_tests(said_by_tests):
    done = said_by_tests.stdout
    failed = re.findall(r"^FAILED (\S+?)::|^ERROR (\S+?)::", done, re.M)
    assert {a or b for a, b in failed} == {
        "empty_corpus/test_empty_corpus.py",
        "test_empty_recipe.py",
    }, done
    # One test of the empty recipe passes as it is.
    assert "8 passed" in done


def test_empty_skeletons_say_what_to_fill_in(said_by_tests):
    for wanted in (
        "fill in write_corpus: a small copy in the true layout",
        "fill in ABOUT: title, licence, homepage, how_to_get",
        "needs a first line of its docstring that says what it is; a text in "
        "ABOUT for summary, data, licence, training, limits; a corpus, as "
        "data.dataset in CONFIG.",
    ):
        assert wanted in said_by_tests.stdout


def test_what_was_built_is_read_by_name_without_the_builder(folder, run):
    name = "my_corpus/clips+size=48+find_faces=false"  # in any order
    data = folder / "data"
    assert not own_corpora.OWN_BUILDERS
    assert corpora.list_splits(name, data) == ("train", "validation")
    assert corpora.find_label_space(name, data).classes == CLASSES
    (*_, last) = corpora.load(name, "train", data).as_numpy_iterator()
    assert last["recording"] == b"ben/sad_01"
    assert last["frames"]["expression"].tolist() == [2]
    corpora.draw_missing(name, data, report=pytest.fail)


def test_config_card_and_command_name_the_file_and_no_folder(folder, run):
    config = json.loads((run / "config.json").read_text())
    assert config["recipe"] == "my_recipe.py"
    preset = presets.load_preset(run / "preset")
    assert preset.labels.classes == CLASSES
    command = preset.config["provenance"]["train_command"]
    assert command.startswith("emoaff train my_recipe.py --data-dir data ")
    card = (run / "preset" / presets.CARD).read_text("utf-8")
    assert "emoaff train my_recipe.py" in card
    for text in (json.dumps(config), json.dumps(preset.config), card):
        assert str(folder) not in text


def test_a_run_goes_on_by_its_copy_and_not_by_a_changed_file(run, capsys):
    recipe = run.parents[1] / "my_recipe.py"
    assert (run / "my_recipe.py").read_bytes() == recipe.read_bytes()
    changed = run.parent / "changed" / "my_recipe.py"
    changed.parent.mkdir()
    changed.write_text(recipe.read_text() + "\nSEEN = 1\n")
    rest = ["--data-dir", run.parents[1] / "data", "--out", run, "--resume"]
    capsys.readouterr()
    arguments = ["train", changed, *rest]
    assert emoaff_cli.main([str(each) for each in arguments]) == 2
    assert "as it was when the run in" in capsys.readouterr().err
    emoaff("train", run / "my_recipe.py", *rest)


def test_a_preset_is_scored_on_a_corpus_by_its_path(folder, run):
    out = folder / "scores.json"
    with inside(folder):
        emoaff(
            *("evaluate", "runs/first", "--split", "validation"),
            *("--dataset", "./my_corpus/clips+find_faces=false+size=48"),
            *("--data-dir", "data", "--json", out),
        )
    scores = json.loads(out.read_text())
    assert scores["facts"]["frames"]["scored"] == 3
    name = "my_corpus/clips+find_faces=false+size=48"
    assert scores["facts"]["dataset"] == name


def test_a_recipe_by_path_has_small_settings_too(folder):
    small = find_recipe(str(folder / "my_recipe.py"), small=True)
    assert small.name_and_flag == "my_recipe.py --small"
    assert small.dataset == "synthetic_affect/webcam"
    assert pathlib.Path(small.file) == (folder / "my_recipe.py").resolve()
