import csv
import json
import subprocess

import keras

from emoaff.training import run_log


def git(folder, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def test_the_environment_names_versions_seed_and_code(tmp_path, monkeypatch):
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    monkeypatch.chdir(tmp_path)
    facts = run_log.environment(seed=7)
    assert facts["seed"] == 7
    assert facts["packages"]["keras"] == keras.__version__
    assert len(facts["git_commit"]) == 40
    assert facts["git_changes"] is False
    (tmp_path / "code.py").write_text("2")
    assert run_log.environment(seed=7)["git_changes"] is True
    json.dumps(facts)


def test_outside_a_repository_the_code_is_unknown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    facts = run_log.environment(seed=0)
    assert facts["git_commit"] is None
    assert facts["git_changes"] is None


def test_history_has_a_column_for_every_measure(tmp_path):
    rows = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.4, "ccc": 0.1}]
    run_log.write_history(tmp_path / "history.csv", rows)
    with (tmp_path / "history.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert read == [
        {"epoch": "1", "loss": "0.5", "ccc": ""},
        {"epoch": "2", "loss": "0.4", "ccc": "0.1"},
    ]
