import pytest

from emoaff.presets.whole_folder import put_in_place
from emoaff.presets.whole_folder import write_whole


def write(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text(text)


def test_an_old_folder_is_whole_until_the_new_one_is(tmp_path):
    path = tmp_path / "deep" / "mine"
    for text in ("old", "new"):
        with write_whole(path) as half:
            assert half.name == path.name and not list(half.iterdir())
            assert not path.exists() or (path / "a.txt").read_text() == "old"
            (half / f"{text}.txt").touch()
            write(half, text)
        assert (path / "a.txt").read_text() == text
    # As a whole: nothing of the old one is left in it or beside it.
    assert sorted(p.name for p in path.iterdir()) == ["a.txt", "new.txt"]
    assert [p.name for p in path.parent.iterdir()] == ["mine"]


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "mine"
    write(path, "old")
    with pytest.raises(OSError, match="full"), write_whole(path) as half:
        write(half, "new")
        raise OSError("full")
    assert (path / "a.txt").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_what_a_killed_process_left_goes(tmp_path):
    path = tmp_path / "mine"
    for name in (".mine.unfinished", ".mine.old"):
        write(tmp_path / name, "half")
    write(path, "old")
    with write_whole(path) as half:
        assert not list(half.iterdir())
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
    assert not list(path.iterdir())


def test_a_file_takes_the_place_of_a_file(tmp_path):
    half, path = tmp_path / "half", tmp_path / "whole"
    half.write_text("new")
    path.write_text("old")
    put_in_place(half, path)
    assert path.read_text() == "new" and not half.exists()
