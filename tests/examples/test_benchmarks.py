"""The benchmarks that compare with a baseline, and what they say."""

import importlib.util
import json
import math
import pathlib
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def benchmarks():
    """Loads a script of the folder by its name."""

    def load(name):
        path = ROOT / "benchmarks" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look there
        spec.loader.exec_module(module)
        return module

    yield load
    for name in ("run_all", "training_step"):
        sys.modules.pop(name, None)


def test_a_table_has_medians_spread_and_ratios_to_its_first_row(benchmarks):
    table = benchmarks("run_all").Table(
        "Speed", "frames/s", {"base": [10, 30, 20], "ours": [5, 60, 50, 40]}
    )
    text = table.to_markdown()
    assert "| way | frames/s, median | smallest to largest | of base |" in text
    assert "| base | 20 | 10 to 30 | 1.00 | 3 |" in text
    # The median of four is the mean of 40 and 50; 45 / 20 is 2.25.
    assert "| ours | 45 | 5 to 60 | 2.25 | 4 |" in text


def test_ways_take_turns(benchmarks):
    called = []

    def make(name):
        return lambda: called.append(name) or len(called)

    ways = {"a": make("a"), "b": make("b")}
    values = benchmarks("run_all").take_turns(ways, 3)
    assert "".join(called) == "ababab"
    assert values == {"a": [1, 3, 5], "b": [2, 4, 6]}


@pytest.mark.skipif(sys.platform == "win32", reason="needs os.wait4")
def test_seconds_and_memory_are_those_of_the_process(benchmarks):
    run_process = benchmarks("run_all").run_process
    # The first holds no more than this one, which began it.
    _, base = run_process(["-c", "pass"])
    held = f"x = bytearray({int(base + 150)} * 10**6); "
    seconds, megabytes = run_process(
        ["-c", f"{held}import time; time.sleep(1)"]
    )
    assert seconds >= 1
    assert base + 140 < megabytes < base + 250
    with pytest.raises(RuntimeError, match="exit status 3"):
        run_process(["-c", "raise SystemExit(3)"])


def test_the_page_names_machine_command_and_load(
    benchmarks, tmp_path, monkeypatch, capsys
):
    run_all = benchmarks("run_all")
    made = run_all.Table("Mine", "s", {"base": [1.0]})
    for name in run_all.MEASURES:
        monkeypatch.setitem(run_all.MEASURES, name, lambda *_, n=name: made)
    out = tmp_path / "a.md"
    run_all.main(["--quick", "--out", str(out)])
    text = out.read_text("utf-8")
    assert "`python benchmarks/run_all.py --quick`" in text
    assert "cores" in text and "tensorflow 2" in text
    assert text.count("## Mine") == len(run_all.MEASURES) - 1  # no files
    assert "files ..." not in capsys.readouterr().out


def test_a_training_table_has_the_first_step_apart(benchmarks):
    training_step = benchmarks("training_step")
    text = training_step.format_table(
        {"TimeDistributed": (15.0, [4.0, 2.0, 3.0]), "emoaff": (6.0, [1.5])}
    )
    assert "| TimeDistributed | 3.0 | 2.0 to 4.0 | 1.00 | 15.0 |" in text
    assert "| emoaff | 1.5 | 1.5 to 1.5 | 0.50 | 6.0 |" in text


@pytest.mark.slow  # builds and compiles a ResNet-50
def test_a_training_step_is_timed(benchmarks, capsys):
    options = "--frames 2 --size 32 --batch 1 --rounds 1 --only emoaff"
    benchmarks("training_step").main(options.split())
    printed = capsys.readouterr().out
    assert "1 x 2 frames of 32x32" in printed and "| emoaff | " in printed


def test_faces_are_judged_old_or_children_once(benchmarks):
    ages = benchmarks("ages")
    file = json.loads(
        (ages.LABELS / "ferplus_validation.json").read_text("utf-8")
    )
    children, old = (file["groups"][name] for name in ("children", "old"))
    assert len(set(children) | set(old)) == len(children) + len(old)
    names = [old[0], "fer9999999", children[0]]
    assert ages.find_groups(names).tolist() == [2, 0, 1]
    page = (ROOT / "docs" / "ethics.md").read_text("utf-8")
    assert f"sixty: {len(old)} pictures" in page
    assert f"thirteen: {len(children)};" in page


def test_sadness_is_counted_within_each_group_of_ages(benchmarks):
    ages = benchmarks("ages")
    classes = ("neutral", "sadness")
    named = np.array([0, 1, 1, 0, 0, 1])
    truth = np.array([0, 0, 1, 1, 0, 0])
    groups = np.array([0, 0, 0, 2, 2, 2])
    probabilities = np.where(np.eye(2)[named] == 1, 0.8, 0.2)
    table = ages.describe_groups(probabilities, truth, groups, classes)
    *_, others, children, old = table.splitlines()
    cells = [cell.split(" [")[0].strip() for cell in others.split("|")[1:-1]]
    # Two of three right; one of two neutral ones called sad.
    assert cells[:7] == ["others", "3", "0.667", "0.800", "2", "0.500", "0.500"]
    assert cells[7:] == ["1", "1.000"]
    cells = [cell.split(" [")[0].strip() for cell in old.split("|")[1:-1]]
    assert cells[2] == "0.333" and cells[5:] == ["0.500", "0.500", "1", "0.000"]
    assert children == "| children | 0 |  |  | 0 |  |  | 0 |  |"
    recalls = ages.describe_recalls(probabilities, truth, groups, classes)
    assert "| old | 1 of 2 | 0 of 1 |" in recalls


def test_a_share_of_ages_has_wilsons_interval(benchmarks):
    text = benchmarks("ages").describe_share(np.arange(115) < 4)
    share, n, z = 4 / 115, 115, 1.959964
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n)
    half *= math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    expected = f"{share:.3f} [{middle - half:.3f}, {middle + half:.3f}]"
    assert text == expected
