import errno
import json
import os
import pathlib
import threading

import pytest

from emoaff.prediction import tables
from emoaff.prediction.result_folder import ResultFolder
from emoaff.prediction.result_folder import identify_source
from emoaff.prediction.result_folder import read_own_header
from emoaff.prediction.result_folder import shorten_stem

CLASSES = ("calm", "joy")
HEADER = {
    "source": "clip.mp4",
    "model": {},
    "options": {},
    "columns": {},
    "versions": {"emoaff": "1"},
}


def publish(folder, source, stem="clip"):
    """Writes a result whose table is empty; gives its name."""
    with folder.stage() as stage:
        with tables.table(stage / "t.csv", CLASSES):
            pass
        files = {".csv": stage / "t.csv"}
        (table,) = folder.publish(files, HEADER, stem, source)
    return table.stem


def names(path):
    return sorted(each.name for each in path.iterdir())


def test_a_result_of_the_same_file_is_replaced(tmp_path):
    out, source = tmp_path / "out", tmp_path / "clip.mp4"
    assert publish(ResultFolder(out), source) == "clip"
    assert publish(ResultFolder(out), source) == "clip"
    assert names(out) == ["clip.csv", "clip.json"]
    header = json.loads((out / "clip.json").read_text())
    assert header["files"] == ["clip.csv"]
    assert header["source_id"] == identify_source(source)


def test_files_of_one_name_from_two_folders_keep_their_results(tmp_path):
    out = tmp_path / "out"
    a, b = tmp_path / "a" / "clip.mp4", tmp_path / "b" / "clip.mp4"
    assert publish(ResultFolder(out), a) == "clip"
    assert publish(ResultFolder(out), b) == "clip_2"
    assert publish(ResultFolder(out), a) == "clip"
    assert publish(ResultFolder(out), b) == "clip_2"


@pytest.mark.parametrize("name", ["clip.csv", "clip.json"])
@pytest.mark.parametrize(
    "text", ["", "my,own,work\n", '{"versions": 3}', "[" * 100_000, "frame,a\n"]
)
def test_a_foreign_file_is_never_replaced(name, text, tmp_path):
    (tmp_path / name).write_text(text)
    folder = ResultFolder(tmp_path)
    assert publish(folder, tmp_path / "clip.mp4") == "clip_2"
    assert (tmp_path / name).read_text() == text
    # The next run finds its own result again.
    assert publish(ResultFolder(tmp_path), tmp_path / "clip.mp4") == "clip_2"


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_is_no_file_is_never_replaced(kind, tmp_path):
    place = tmp_path / "clip.json"
    if kind == "folder":
        place.mkdir()
    elif kind == "link":
        place.symlink_to(tmp_path / "nowhere")
    else:
        os.mkfifo(place)
    assert publish(ResultFolder(tmp_path), tmp_path / "clip.mp4") == "clip_2"


def test_overwrite_replaces_foreign_files_but_no_input(tmp_path):
    (tmp_path / "clip.csv").write_text("my own work")
    inputs = [tmp_path / "kept.csv"]
    inputs[0].write_text("an input")
    folder = ResultFolder(tmp_path, inputs, overwrite=True)
    assert publish(folder, tmp_path / "clip.mp4") == "clip"
    assert publish(folder, tmp_path / "kept.mp4", "kept") == "kept_2"
    assert inputs[0].read_text() == "an input"
    # Nor what the same call has written before.
    assert publish(folder, tmp_path / "b" / "clip.mp4") == "clip_2"


def test_an_input_is_known_by_any_of_its_names(tmp_path):
    (tmp_path / "input").write_text("an input")
    os.link(tmp_path / "input", tmp_path / "clip.csv")
    folder = ResultFolder(tmp_path, [tmp_path / "input"], overwrite=True)
    assert publish(folder, tmp_path / "clip.mp4") == "clip_2"


def test_two_runs_at_once_both_finish(tmp_path):
    got = []

    def run(number):
        folder = ResultFolder(tmp_path)
        for _ in range(5):
            got.append(publish(folder, tmp_path / str(number) / "clip.mp4"))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20 and len(set(got)) == 20
    assert not [name for name in names(tmp_path) if name.startswith(".")]
    ids = [
        read_own_header(tmp_path / f"{name}.json")["source_id"] for name in got
    ]
    assert {ids.count(each) for each in ids} == {5}


def test_what_another_run_takes_away_just_now_is_not_swept(
    tmp_path, monkeypatch
):
    gone = tmp_path / ".emoaff-of-another.part"
    monkeypatch.setattr(pathlib.Path, "glob", lambda *_: iter([gone]))
    assert publish(ResultFolder(tmp_path), tmp_path / "clip.mp4") == "clip"


def test_a_kill_before_the_last_file_leaves_no_finished_result(
    tmp_path, monkeypatch
):
    source = tmp_path / "clip.mp4"
    publish(ResultFolder(tmp_path), source)

    class KilledError(BaseException):
        pass

    replace, moved = os.replace, []

    def killed(old, new):
        moved.append(os.fspath(new))
        if moved[-1] == str(tmp_path / "clip.json"):
            raise KilledError
        replace(old, new)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KilledError):
        publish(ResultFolder(tmp_path), source)
    assert [os.path.basename(each) for each in moved][-2:] == [
        "clip.csv",
        "clip.json",
    ]
    assert names(tmp_path) == ["clip.csv"]
    monkeypatch.setattr(os, "replace", replace)
    assert publish(ResultFolder(tmp_path), source) == "clip"


def test_an_error_in_making_a_result_leaves_the_old_one(tmp_path):
    publish(ResultFolder(tmp_path), tmp_path / "clip.mp4")
    folder = ResultFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt), folder.stage() as stage:
        (stage / "half").write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == ["clip.csv", "clip.json"]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"file/out .*Choose another"):
        ResultFolder(tmp_path / "file" / "out")


def test_a_name_that_is_too_long_is_cut_between_characters():
    assert shorten_stem("clip") == "clip"
    assert shorten_stem("é" * 120) == "é" * 100
    assert shorten_stem("a" + "é" * 120) == "a" + "é" * 99
    assert len(os.fsencode(shorten_stem("a" * 251))) == 200


def test_a_full_disk_names_the_table(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    path = tmp_path / "clip.csv"
    with pytest.raises(OSError) as caught, tables.table(path, CLASSES):
        pass
    assert caught.value.filename == str(path)
    assert names(tmp_path) == []


def find(folder, source, request="r1", stem="clip"):
    found = ResultFolder(folder).find_finished(stem, source, request)
    return found and found[0].name


def finish(folder, source, request="r1", stem="clip"):
    with folder.stage() as stage:
        for name in ("table", "drawn"):
            (stage / name).write_text(name)
        files = {".csv": stage / "table", "_annotated.mp4": stage / "drawn"}
        header = {**HEADER, "request": request}
        folder.publish(files, header, stem, source)


def test_a_finished_result_is_found_by_file_and_request(tmp_path):
    out, source = tmp_path / "out", tmp_path / "clip.mp4"
    assert find(out, source) is None
    finish(ResultFolder(out), source)
    assert find(out, source) == "clip.csv"
    assert find(out, source, "r2") is None
    assert find(out, tmp_path / "b" / "clip.mp4") is None
    # Under whatever name it had to take.
    finish(ResultFolder(out), tmp_path / "b" / "clip.mp4")
    assert find(out, tmp_path / "b" / "clip.mp4") == "clip_2.csv"


@pytest.mark.parametrize(
    "name", ["clip.csv", "clip.json", "clip_annotated.mp4"]
)
def test_a_result_that_misses_a_file_is_not_finished(name, tmp_path):
    source = tmp_path / "clip.mp4"
    finish(ResultFolder(tmp_path), source)
    (tmp_path / name).unlink()
    assert find(tmp_path, source) is None


def test_a_finished_result_is_found_whatever_its_name(tmp_path):
    stem = os.fsdecode(b"caf\xe9")
    finish(ResultFolder(tmp_path), tmp_path / "x.mp4", stem=stem)
    assert find(tmp_path, tmp_path / "x.mp4", stem=stem) == f"{stem}.csv"


def test_inner_folders_protect_the_same_inputs(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "clip.csv").write_text("an input")
    inputs = [tmp_path / "a" / "clip.csv"]
    inner = ResultFolder(tmp_path, inputs, overwrite=True).open_inner("a")
    assert publish(inner, tmp_path / "clip.mp4") == "clip_2"
    assert inner.path == tmp_path / "a"


def test_the_next_run_removes_what_a_killed_one_left(tmp_path):
    folder = ResultFolder(tmp_path)
    with folder.stage() as stage:
        (stage / "half").touch()
        ResultFolder(tmp_path)  # a second run at the same time
        assert (stage / "half").is_file()
    left = tmp_path / ".emoaff-abc.part"
    left.mkdir()
    (left / "half").touch()
    ResultFolder(tmp_path)
    assert names(tmp_path) == []
