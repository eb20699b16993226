import json
import math

import numpy as np
import pytest

import emoaff_cli
from emoaff.training import checkpoint
from emoaff.training.run_log import write_history
from emoaff.training.run_table import find_runs
from emoaff.training.run_table import list_runs
from emoaff.training.run_table import read_best


def write_run(folder, scores, ended=True, recipe="finetune", **settings):
    """What a run leaves, with a score for each epoch."""
    folder.mkdir(parents=True)
    monitor = {"schedule": {"monitor": "uar"}}
    stored = {"recipe": recipe, **monitor, **settings}
    (folder / "config.json").write_text(json.dumps(stored))
    if scores:
        rows = [
            {"epoch": n, "loss": 9.0, "accuracy": s / 2, "uar": s}
            for n, s in enumerate(scores, start=1)
        ]
        write_history(folder / "history.csv", rows)
        best = {"epoch": int(np.argmax(scores)) + 1}
        checkpoint.save(folder / "checkpoints" / "best.npz", [], best)
    if ended:
        (folder / "preset").mkdir()
        (folder / "preset" / "config.json").write_text('{"format": 1}')
    return folder


@pytest.fixture
def runs(tmp_path):
    for name, scores, ended, of in (
        ("a", [0.5, 0.7, 0.6], True, {"model": {"units": [8]}, "seed": 0}),
        ("deep/b", [0.8], False, {"model": {"units": [16]}}),
        ("c", [], False, {"seed": 0}),
    ):
        write_run(tmp_path / name, scores, ended, "tzirakis_recola", **of)
    return tmp_path


def test_runs_are_listed_with_their_best_epoch_and_what_differs(runs):
    table = list_runs(runs)
    assert table["run"].tolist() == ["deep/b", "a", "c"]
    assert table["score"].tolist()[:2] == [0.8, 0.7]
    assert table["epoch"].tolist() == [1, 2, 0]
    assert table["epochs"].tolist() == [1, 3, 0]
    assert table["ended"].tolist() == [False, True, False]
    assert list(table.columns[7:]) == ["model.units", "seed"]
    assert table["model.units"].tolist()[:2] == [[16], [8]]
    # The preset within a run is none.
    assert len(find_runs(runs)) == 3


def test_another_measure_is_that_of_the_same_epoch(runs):
    assert read_best(runs / "a", "accuracy") == ("accuracy", 0.35, 2, 3)
    assert math.isnan(read_best(runs / "c")[1])
    with pytest.raises(ValueError, match="accuracy, uar.*'ccc'"):
        list_runs(runs, "ccc")


def test_the_command_prints_and_writes_the_table(runs, tmp_path, capsys):
    file = tmp_path / "runs.csv"
    assert emoaff_cli.main(["runs", str(runs), "--csv", str(file)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[:4] == ["run", "recipe", "measure", "score"]
    assert printed[1].split()[:4] == [
        "deep/b",
        "tzirakis_recola",
        "uar",
        "0.8000",
    ]
    assert len(file.read_text().splitlines()) == 4
    assert emoaff_cli.main(["runs", str(runs / "a" / "preset")]) == 2


def test_settings_that_no_run_uses_are_not_compared(tmp_path, capsys):
    lstm = {"backbone": "small_cnn", "temporal": "gru", "start": "a"}
    kept = {"backbone": "resnet50", "temporal": "lstm", "start": "b"}
    for name, model in (("a", lstm), ("b", kept)):
        write_run(tmp_path / name, [0.5], model=model)
    assert list(list_runs(tmp_path).columns[7:]) == ["model.start"]
    # Another recipe looks at two of them.
    write_run(tmp_path / "c", [0.6], recipe="tzirakis_recola", model=lstm)
    table = list_runs(tmp_path).set_index("run")
    assert table.loc["c", "model.temporal"] == "gru"
    assert table.loc["c", "model.backbone"] == "small_cnn"
    assert table.loc[["a", "b"], "model.temporal"].isna().all()
    assert emoaff_cli.main(["runs", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[2].split()[-3:] == ["n/a", "n/a", "a"]


def test_small_rates_are_printed_in_full(tmp_path, capsys):
    for name, rate in (("a", 3e-5), ("b", 1e-3)):
        rates = {"learning_rate": rate, "ema": None if name == "a" else 0.5}
        write_run(tmp_path / name, [0.5], optimizer=rates)
    assert emoaff_cli.main(["runs", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert {line.split()[-2] for line in printed[1:]} == {"3e-05", "0.001"}
