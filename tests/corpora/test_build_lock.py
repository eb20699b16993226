import pytest

from emoaff.corpora import build_lock
from emoaff.corpora.build_lock import BuildLock
from tests.corpora import tiny


def test_two_builds_of_one_corpus_at_once_are_refused(tmp_path):
    root = tiny.copies(tmp_path / "own", 1)
    work = tmp_path / "data" / ".unfinished" / "tiny" / "whole"
    with BuildLock(work, "it"):
        with pytest.raises(ValueError, match="nobody else to build tiny/who"):
            tiny.build(root, tmp_path / "data")
        (work / "0.crops").write_bytes(b"kept")
        tiny.build(root, tmp_path / "elsewhere")
    assert len(tiny.examples(tiny.build(root, tmp_path / "data"))) == 1


def test_a_lock_that_its_owner_has_just_removed_is_made_anew(
    tmp_path, monkeypatch
):
    lock, locked, calls = tmp_path / "work" / "lock", build_lock._locked, []

    def late(file):
        if not calls:
            lock.unlink()
        calls.append(file)
        return locked(file)

    monkeypatch.setattr(build_lock, "_locked", late)
    with BuildLock(tmp_path / "work", "it"):
        assert lock.exists()
        with pytest.raises(ValueError, match="Wait for it"):
            BuildLock(tmp_path / "work", "it").__enter__()
    assert len(calls) == 3
    assert not lock.exists()
