import pytest

from emoaff import corpora
from tests.data import small_corpus as small


def build(monkeypatch, tmp_path, **attributes):
    splits = {"train": list(small.segments(0, range(3)))}
    small.small_video(monkeypatch, tmp_path, splits, **attributes)


def test_a_drawn_corpus_needs_no_folder(monkeypatch, tmp_path, capsys):
    build(monkeypatch, tmp_path, NEEDS_NO_FILES=True)
    assert not corpora.needs_files("small")
    capsys.readouterr()
    made = corpora.prepare("small", None, tmp_path / "new", False)
    assert "ownload" not in capsys.readouterr().out  # which would be untrue
    assert made.info.splits["train"].num_examples == 1


def test_any_other_corpus_needs_a_folder(monkeypatch, tmp_path):
    build(monkeypatch, tmp_path)
    assert corpora.needs_files("small")
    with pytest.raises(
        ValueError, match="no folder, --manual-dir.*corpora small"
    ):
        corpora.prepare("small", None, tmp_path / "new", False)
    with pytest.raises(FileNotFoundError, match="Expected a folder"):
        corpora.prepare("small", tmp_path / "none", tmp_path / "new", False)


def test_a_corpus_that_is_there_or_is_the_user_s_is_not_drawn(
    monkeypatch, tmp_path
):
    build(monkeypatch, tmp_path, NEEDS_NO_FILES=True)
    said = []
    corpora.draw_missing("small", tmp_path, said.append)
    assert said == []  # it is there
    corpora.draw_missing("small", tmp_path / "new", said.append)
    assert len(said) == 1 and "small is not there yet" in said[0]
    assert corpora.list_splits("small", tmp_path / "new") == ("train",)
    build(monkeypatch, tmp_path)
    corpora.draw_missing("small", tmp_path / "other", said.append)
    assert len(said) == 1 and not (tmp_path / "other").exists()
