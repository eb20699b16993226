import emoaff_cli
from emoaff.evaluation import evaluate
from emoaff.evaluation.memory_comparison import compare_memories
from tests.evaluation.small_scores import SPLIT
from tests.small_presets import AFFECT
from tests.small_presets import lstm_model
from tests.small_presets import saved


def test_both_ways_to_run_a_memory_stand_in_one_table(
    tmp_path, data_dir, capsys
):
    preset = saved(
        tmp_path / "w", lstm_model(8), AFFECT, sampling={"window": 8}
    )
    evaluations = {
        "by windows": evaluate(preset, "small", SPLIT, data_dir),
        "carried": evaluate(preset, "small", SPLIT, data_dir, memory="carried"),
    }
    table = compare_memories(preset, evaluations["by windows"])
    for part, each in evaluations.items():
        for name in ("valence", "arousal", "mean"):
            expected = each.table.value("ccc", name)
            assert table.value("ccc", name, part) == expected
    argv = ["evaluate", preset.path, "--dataset", "small", "--split", SPLIT]
    argv += ["--data-dir", data_dir, "--memory", "both"]
    assert emoaff_cli.main(list(map(str, argv))) == 0
    assert capsys.readouterr().out.endswith(table.to_wide_markdown())
