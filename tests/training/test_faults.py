"""Kills in the midst of `emoaff train`."""

import csv
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from emoaff import corpora
from emoaff import presets
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus
from tests.training import own_recipe

pytestmark = pytest.mark.slow  # every start loads TensorFlow
ROOT = pathlib.Path(__file__).parents[2]
# Small, on a corpus that any process finds.
RECIPE = (
    own_recipe.TEXT.replace('"small"', '"ferplus"')
    .replace('"valence_arousal"', '"expression"')
    .replace('"mse"', '"crossentropy"')
    .replace('"epochs": 1', '"epochs": 3, "monitor": "accuracy"')
    .replace('Dense(2, name="affect")', 'Dense(8, name="expression")')
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    rows = balanced_rows(40) + balanced_rows(16, "PublicTest", first=40)
    write_ferplus(root / "manual", rows)
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    return root / "data"


def train(data_dir, out, kill_after_s=None):
    """Trains, or goes on, as a user does; returns the exit status."""
    recipe = own_recipe.write_recipe(data_dir, RECIPE)
    command = [sys.executable, "-m", "emoaff_cli", "train", recipe]
    command += ["--data-dir", str(data_dir), "--out", str(out), "--resume"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, said = process.communicate(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -signal.SIGKILL
    assert process.returncode == 0, said
    return 0


def check_whole(out):
    """Whatever has its final name is whole; returns the epochs done."""
    for path in out.glob("*.json"):
        json.loads(path.read_text())
    for path in out.glob("checkpoints/*.npz"):
        with np.load(path) as stored:
            assert all(stored[name].size for name in stored.files)
    if (out / "preset").exists():
        names = {path.name for path in (out / "preset").iterdir()}
        assert names == {presets.CONFIG, presets.WEIGHTS, presets.CARD}
        assert presets.read_config(out / "preset")["scores"]
        presets.load_preset(out / "preset")
    if not (out / "history.csv").is_file():
        return 0
    with (out / "history.csv").open(newline="") as file:
        return len([float(row["loss"]) for row in csv.DictReader(file)])


def test_kills_at_random_moments_leave_nothing_half_and_the_same_preset(
    data_dir, tmp_path
):
    began = time.monotonic()
    assert train(data_dir, tmp_path / "whole") == 0
    seconds = time.monotonic() - began
    assert check_whole(tmp_path / "whole") == 3
    draw, out, epochs = random.Random(0), tmp_path / "killed", []
    while len(epochs) < 5:
        if train(data_dir, out, draw.uniform(0.4, 0.98) * seconds) != 0:
            epochs.append(check_whole(out) if out.exists() else 0)
        elif len(epochs) >= 2:
            break
        else:  # the first run was slower than these, so its time is too long
            shutil.rmtree(out)
            seconds, epochs = 0.8 * seconds, []
    assert len(epochs) >= 2 and epochs == sorted(epochs)
    # Once more within what comes last, where the preset is written.
    for path in (out / "preset").glob("*"):
        path.unlink()
    (out / "preset").exists() and (out / "preset").rmdir()
    train(data_dir, out, 0.9 * seconds)
    check_whole(out)
    assert train(data_dir, out) == 0
    assert check_whole(out) == 3
    assert not [p for p in out.rglob("*unfinished*")]
    found, expected = (
        presets.load_preset(tmp_path / name / "preset").model.get_weights()
        for name in ("killed", "whole")
    )
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
