import io

import emoaff_cli
from emoaff import presets


def test_one_damaged_preset_does_not_hide_the_others(
    capsys, tmp_path, monkeypatch
):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text('{"format": 1}')
    monkeypatch.setenv("EMOAFF_HOME", str(tmp_path))
    assert emoaff_cli.main(["models"]) == 0
    captured = capsys.readouterr()
    assert "compact_ferplus  " in captured.out
    assert captured.err.startswith("emoaff: Expected a preset's config.json")
    assert len(captured.err.splitlines()) == 1


def test_models_says_that_a_run_has_not_ended(tmp_path, capsys):
    (tmp_path / "config.json").write_text('{"recipe": "finetune"}')
    assert emoaff_cli.main(["models", str(tmp_path)]) == 2
    assert "has not ended" in capsys.readouterr().err


def test_models_lists_presets_and_prints_a_card(capsys):
    assert emoaff_cli.main(["models"]) == 0
    assert "compact_ferplus  " in capsys.readouterr().out
    assert emoaff_cli.main(["models", "compact_ferplus"]) == 0
    assert "# compact_ferplus" in capsys.readouterr().out


def test_a_list_with_names_that_an_ascii_console_lacks_is_printed(
    monkeypatch, tmp_path
):
    (tmp_path / "日本").symlink_to(presets.find("compact_ferplus"))
    monkeypatch.setenv("EMOAFF_HOME", str(tmp_path))
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", console)
    emoaff_cli.main(["models"])
    console.flush()
    assert b"\\u65e5\\u672c" in console.buffer.getvalue()
