import numpy as np
import pytest
from scipy import stats

from emoaff.training import sweep as sweeping
from emoaff.training.sweep import SweepResult
from emoaff.training.sweep import sweep
from emoaff_cli.run_commands import read_seeds
from emoaff_cli.run_commands import split_values
from tests.training.test_run_table import write_run

UNITS = {"8": 0.5, "16": 0.6}


@pytest.fixture
def trained(monkeypatch):
    """The calls of `train`, which leave a run whose score is known."""
    calls = []

    def train(recipe, data_dir, out, overrides, resume, report, small):
        calls.append((out.parent.name, out.name, overrides, resume))
        if resume:
            (out / "preset").mkdir()
            (out / "preset" / "config.json").write_text("{}")
            return
        seed = int(overrides["seed"])
        score = UNITS[overrides.get("batch.size", "8")] + seed**2 / 100
        stored = {"monitor": "uar"}
        if "schedule.epochs" in overrides:
            stored["epochs"] = int(overrides["schedule.epochs"])
        write_run(out, [0.1, score], seed=seed, schedule=stored)

    monkeypatch.setattr(sweeping, "train", train)
    return calls


def test_every_seed_trains_every_variant_once(trained, tmp_path):
    settings = {"batch.size": ["8", "16"]}
    lines = []
    result = sweep(
        "finetune", "data", tmp_path, [0, 1, 2], settings, report=lines.append
    )
    assert len(trained) == 6
    assert trained[4][:3] == (
        "batch.size=16",
        "seed=1",
        {"batch.size": "16", "seed": "1"},
    )
    assert result.measure == "uar"
    np.testing.assert_allclose(
        result.scores["batch.size=16"], [0.6, 0.61, 0.64]
    )
    assert lines[-1] == result.to_text()
    # Again, nothing is trained.
    again = sweep("finetune", "data", tmp_path, [0, 1, 2], settings)
    assert len(trained) == 6
    assert again == result


def test_a_run_that_has_not_ended_goes_on_with_its_settings(trained, tmp_path):
    write_run(tmp_path / "as_the_recipe" / "seed=1", [0.4], 0, seed=1)
    sweep("finetune", "data", tmp_path, [1])
    assert trained == [("as_the_recipe", "seed=1", None, True)]


def test_settings_of_one_value_name_no_variant(trained, tmp_path):
    settings = {"batch.size": ["8", "16"], "schedule.epochs": ["3"]}
    result = sweep("finetune", "data", tmp_path, [0], settings)
    assert list(result.scores) == ["batch.size=8", "batch.size=16"]
    assert trained[0][2]["schedule.epochs"] == "3"
    # Read again with others, they would be taken for those.
    settings["schedule.epochs"] = ["4"]
    with pytest.raises(ValueError, match="made with schedule.epochs=3, not 4"):
        sweep("finetune", "data", tmp_path, [0], settings)


def test_long_variants_have_folders_of_their_own(trained, tmp_path):
    long = "x" * 200
    settings = {"batch.size": ["8", "16"], "model.start": [long, long + "y"]}
    sweep("finetune", "data", tmp_path, [0], settings)
    assert len({call[0] for call in trained}) == 4


def test_the_test_is_paired_by_seed():
    rng = np.random.default_rng(0)
    one = rng.normal(size=5)
    other = one + rng.normal(0.2, 0.1, size=5)
    result = SweepResult(
        "ccc", tuple(range(6)), {"a": (*one, np.nan), "b": (*other, 0.5)}
    )
    gain, p, count = result.compare("a", "b")
    assert count == 5
    assert gain == pytest.approx(np.mean(other - one))
    t = gain / (np.std(other - one, ddof=1) / np.sqrt(5))
    assert p == pytest.approx(2 * stats.t.sf(abs(t), 4))
    assert "paired t-test over 5 seeds" in result.to_text()


def test_what_has_no_spread_has_no_test():
    result = SweepResult("ccc", (0,), {"a": (0.5,), "b": (0.6,)})
    assert "p = n/a" in result.to_text()
    assert np.isnan(result.compare("a", "b")[1])


def test_seeds_that_repeat_are_refused(tmp_path):
    for seeds, settings in (([], {}), ([1, 1], {}), ([1], {"seed": ["2"]})):
        with pytest.raises(ValueError, match="different seeds"):
            sweep("finetune", "data", tmp_path, seeds, settings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0..4", [0, 1, 2, 3, 4]), ("7", [7]), ("1,5", [1, 5])],
)
def test_seeds_are_read(text, expected):
    assert read_seeds(text) == expected


def test_wrong_seeds_say_what_is_expected():
    with pytest.raises(ValueError, match=r"0\.\.4 or 0,2,5.*few"):
        read_seeds("few")


def test_values_are_split_outside_of_brackets_only():
    assert split_values("[8,4],[16]") == ["[8,4]", "[16]"]
    assert split_values('"a,b",c') == ['"a,b"', "c"]
