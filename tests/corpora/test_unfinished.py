from emoaff.corpora import unfinished


def test_leftovers_of_a_build_are_found_and_removed(tmp_path):
    work = tmp_path / ".unfinished" / "tiny" / "whole"
    home = tmp_path / "tiny" / "whole" / "1.0.0"
    home.mkdir(parents=True)
    other = home.with_name("incomplete.ABCDEF_2.0.0")
    other.mkdir()
    assert not unfinished.has_leftovers(work, home)
    half = home.with_name("incomplete.ABCDEF_1.0.0")
    half.mkdir()
    assert unfinished.has_leftovers(work, home)
    work.mkdir(parents=True)
    unfinished.remove(work, home)
    assert not unfinished.has_leftovers(work, home)
    assert home.is_dir() and other.is_dir()


def test_only_empty_folders_go(tmp_path):
    work = tmp_path / ".unfinished" / "tiny" / "whole"
    work.mkdir(parents=True)
    (work.parent / "crops").touch()
    unfinished.remove_empty(work)
    assert not work.exists()
    assert (work.parent / "crops").exists()
    (work.parent / "crops").unlink()
    unfinished.remove_empty(work)
    assert list(tmp_path.iterdir()) == []
