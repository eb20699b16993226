import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from emoaff.presets import whole_folder
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
    for name in (".mine.unfinished", ".mine.old", ".mine.a_b1c2d3.unfinished"):
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


def test_what_is_called_alike_stays(tmp_path):
    others = (".mine.notes.unfinished", ".mine2.unfinished", ".mine.2.old")
    for name in others:
        write(tmp_path / name, "somebody's")
    with write_whole(tmp_path / "mine"):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {*others, "mine"}


def test_two_that_write_at_once_do_not_meet(tmp_path):
    path = tmp_path / "mine"
    with write_whole(path) as first:
        write(first, "first")
        with write_whole(path) as second:
            write(second, "second")
            assert (first / "a.txt").read_text() == "first"
        assert (path / "a.txt").read_text() == "second"
    assert (path / "a.txt").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_folder_in_one_that_is_being_written_is_written_too(tmp_path):
    with write_whole(tmp_path / "mine") as outer:
        with write_whole(outer) as inner:
            write(inner, "inner")
        (outer / "b.txt").touch()
    names = sorted(p.name for p in (tmp_path / "mine").iterdir())
    assert names == ["a.txt", "b.txt"]


def test_what_cannot_be_put_in_place_leaves_what_was_there(
    tmp_path, monkeypatch
):
    half, path = tmp_path / "half", tmp_path / "mine"
    write(half, "new")
    write(path, "old")
    rename = pathlib.Path.rename

    def refuse(this, target):
        if this == half:
            raise PermissionError(13, "refused", str(this))
        return rename(this, target)

    monkeypatch.setattr(pathlib.Path, "rename", refuse)
    with pytest.raises(PermissionError):
        put_in_place(half, path)
    assert (path / "a.txt").read_text() == "old"


def test_a_name_that_another_takes_just_now_is_taken_again(
    tmp_path, monkeypatch
):
    half, path = tmp_path / "half", tmp_path / "mine"
    write(half, "new")
    write(path, "old")
    rename, tried = pathlib.Path.rename, []

    def rename_late(this, target):
        if this == half and not tried:
            tried.append(target)
            write(path, "another's")
        return rename(this, target)

    monkeypatch.setattr(pathlib.Path, "rename", rename_late)
    put_in_place(half, path)
    assert tried and (path / "a.txt").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_is_swept_before_it_is_held_is_made_again(
    tmp_path, monkeypatch
):
    hold, swept = whole_folder.hold_folder, []

    @contextlib.contextmanager
    def hold_late(folder, wait=False):
        with hold(folder, wait) as held:
            if not swept:
                swept.append(folder)
                shutil.rmtree(folder)
            yield held

    monkeypatch.setattr(whole_folder, "hold_folder", hold_late)
    with write_whole(tmp_path / "mine") as half:
        write(half, "mine")
    assert swept and (tmp_path / "mine" / "a.txt").read_text() == "mine"


_WRITER = """
import pathlib, sys
from emoaff.presets.whole_folder import write_whole
path, who = pathlib.Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(200):
    with write_whole(path) as half:
        for name in "abc":
            (half / name).write_text(f"{who} {number}")
"""
_KILLED = """
import pathlib, sys
from emoaff.presets.whole_folder import write_whole
with write_whole(pathlib.Path(sys.argv[1])) as half:
    (half / "a.txt").write_text("half")
    print(half, flush=True)
    sys.stdin.readline()
"""


def start(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_save_to_one_path_both_save(tmp_path):
    path = tmp_path / "mine"
    writers = [start(_WRITER, path, who) for who in ("first", "second")]
    for each in writers:
        assert each.stdout.readline() == "ready\n"
    for each in writers:  # now both are in their loops
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        _, errors = each.communicate(timeout=60)
        assert (each.returncode, errors) == (0, "")
    # Of one of them, whole, and the last that it wrote.
    texts = {(path / name).read_text() for name in "abc"}
    assert len(texts) == 1 and texts <= {"first 199", "second 199"}
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@pytest.mark.skipif(os.name == "nt", reason="no locks there that end with it")
def test_the_folder_of_a_living_process_stays_and_of_a_dead_one_goes(tmp_path):
    path = tmp_path / "mine"
    with start(_KILLED, path) as other:
        half = pathlib.Path(other.stdout.readline().strip())
        with write_whole(path) as mine:
            write(mine, "mine")
        assert (half / "a.txt").read_text() == "half"
        other.kill()
    with write_whole(path) as mine:
        write(mine, "again")
        assert not half.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
