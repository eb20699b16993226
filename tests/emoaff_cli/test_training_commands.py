import pytest

import emoaff_cli


@pytest.mark.parametrize("began", [True, False])
def test_a_stopped_training_says_how_it_goes_on(
    tmp_path, monkeypatch, capsys, began
):
    def stop(*given, **more):
        if began:
            (tmp_path / "checkpoints").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr("emoaff.training.recipe_run.train", stop)
    argv = ["train", "finetune", "--data-dir", "x", "--out", str(tmp_path)]
    assert emoaff_cli.main(argv) == 130
    said = capsys.readouterr().err
    assert ("the same command with --resume goes on" in said) == began
    assert "stopped" in said
