"""Runs that go on for longer, and those that never began."""

import json

import numpy as np
import pytest

import emoaff_cli
from emoaff.training import recipe_run
from emoaff.training.recipe_run import train
from tests.training.own_recipe import build_corpus
from tests.training.own_recipe import write_recipe


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield build_corpus(patch, tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def ended(data_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    recipe = write_recipe(folder)
    train(recipe, data_dir, folder / "run", report=[].append)
    return recipe, folder / "run"


def weights(run):
    with np.load(run / "checkpoints" / "last.npz") as stored:
        return {k: stored[k] for k in stored.files if k != "meta"}


def test_a_longer_run_is_the_same_as_one_that_was_as_long_from_the_first(
    ended, data_dir, tmp_path
):
    recipe, run = ended
    train(recipe, data_dir, run, {"epochs": "3"}, True, report=[].append)
    whole = tmp_path / "whole"
    train(recipe, data_dir, whole, {"epochs": "3"}, report=[].append)
    expected, got = weights(whole), weights(run)
    assert set(expected) == set(got)
    for name, value in expected.items():
        np.testing.assert_array_equal(value, got[name])
    rows = (run / "history.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["epoch", "1", "2", "3"]
    stored = json.loads((run / "config.json").read_text())
    assert stored["recipe"] == "mine.py"
    assert stored["schedule"]["epochs"] == 3
    history = json.loads((run / "preset" / "config.json").read_text())
    assert len(history["provenance"]["history"]) == 3


def test_a_run_that_goes_on_keeps_how_it_is_trained(
    ended, data_dir, monkeypatch
):
    recipe, run = ended
    with pytest.raises(ValueError, match="epochs, patience.*learning_rate"):
        train(recipe, data_dir, run, {"learning_rate": "0.1"}, True)
    monkeypatch.setattr(recipe_run, "_count_epochs", lambda out: 7)
    with pytest.raises(ValueError, match="more epochs than the 7"):
        train(recipe, data_dir, run, {"epochs": "5"}, True)


def test_a_first_command_that_failed_does_not_block_the_second(
    ended, data_dir, tmp_path, capsys
):
    recipe, _ = ended
    out = tmp_path / "runs" / "mine"
    argv = ["train", recipe, "--data-dir", str(data_dir), "--out", str(out)]
    wrong = ["--set", "data.train_split=trian"]
    assert emoaff_cli.main([*argv, *wrong]) == 2
    assert not out.exists()
    wrong = ["--set", "model.start=nowhere.h5"]
    assert emoaff_cli.main([*argv, *wrong]) == 2
    assert not out.exists()
    wrong = ["--set", "batch.size=1000"]
    assert emoaff_cli.main([*argv, *wrong]) == 2
    assert not out.exists()
    assert emoaff_cli.main(argv) == 0
    capsys.readouterr()
    # One that has trained stays, whatever becomes of the next.
    assert emoaff_cli.main(argv) == 2
    assert (out / "preset" / "config.json").is_file()


def test_what_took_long_stays_and_does_not_block(ended, data_dir, tmp_path):
    recipe, _ = ended
    out = tmp_path / "run"
    out.mkdir()
    np.save(out / "features_train_0.npy", np.zeros(3))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        train(recipe, data_dir, out, {"model.start": "nowhere.h5"})
    assert [path.name for path in out.iterdir()] == ["features_train_0.npy"]
    train(recipe, data_dir, out, report=[].append)
