import os
import pathlib

import cv2
import numpy as np
import pytest

from emoaff.faces import find_media
from emoaff.faces import list_media
from tests.faces.video_files import write_sound

PNG = cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1].tobytes()
VIDEO = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00"


def write(folder, contents):
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def names(paths, root):
    return [path.relative_to(root).as_posix() for path in paths]


def test_folders_are_listed_in_order_and_without_junk(tmp_path):
    write(
        tmp_path,
        {
            "b.mp4": VIDEO,
            "a.jpg": PNG,
            "inner/c.mov": VIDEO,
            "notes.txt": b"hello",
            "._b.mp4": VIDEO,
            ".hidden/d.mp4": VIDEO,
        },
    )
    found = names(list_media(tmp_path), tmp_path)
    assert found == ["a.jpg", "b.mp4", "inner/c.mov"]
    flat = list_media(tmp_path, recursive=False)
    assert names(flat, tmp_path) == ["a.jpg", "b.mp4"]


def test_folders_go_by_content_too(tmp_path):
    write(
        tmp_path, {"photo": PNG, "clip.dat": VIDEO, "code.ts": b"let a = 1;\n"}
    )
    assert names(list_media(tmp_path), tmp_path) == ["clip.dat", "photo"]
    assert find_media(tmp_path).describe_faults() == []


def test_a_file_is_given_back_whatever_it_is(tmp_path):
    write(tmp_path, {"notes.txt": b"hello"})
    path = tmp_path / "notes.txt"
    assert list_media(path) == [path]
    assert find_media(path).describe_omissions() == ""


def test_what_is_left_out_is_counted_with_its_reason(tmp_path):
    write(
        tmp_path,
        {
            "a.png": PNG,
            "a.txt": b"hello",
            "b.txt": b"hello",
            "data.csv": b"a;b",
            ".DS_Store": b"x",
            "nothing": b"",
        },
    )
    write_sound(tmp_path / "s.wav")
    head, _, each = find_media(tmp_path).describe_omissions().rpartition(": ")
    assert head == f"{tmp_path}: left out 6 files of 7"
    first, *others = each.split("; ")
    assert first == "3 of another kind (.txt, .csv)"
    assert sorted(others) == ["1 empty", "1 hidden", "1 sound (.wav)"]


def test_nothing_left_out_is_nothing_said(tmp_path):
    write(tmp_path, {"a.png": PNG})
    found = find_media(tmp_path)
    assert (found.describe_omissions(), found.describe_faults()) == ("", [])


def test_files_named_as_media_that_are_none_are_faults(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    write(tmp_path, {"a.png": PNG, "p.mp4": pointer, "t.jpg": b"hello\n"})
    write(tmp_path, {f"e{n}.mov": b"" for n in range(1000)})
    write(tmp_path, {f"e{n}": b"" for n in range(9)})
    found = find_media(tmp_path)
    assert names(found.files, tmp_path) == ["a.png"]
    empty, of_git, text = found.describe_faults()
    assert "found 1000 files empty, such as e0.mov" in empty
    assert of_git.startswith(f"{tmp_path / 'p.mp4'}: expected a video")
    assert "found it not fetched from Git LFS" in of_git
    assert "git lfs pull" in of_git
    assert "found it to be plain text" in text
    assert "1009 empty" in found.describe_omissions()


def test_links_and_pipes_are_passed_over_and_said(tmp_path):
    write(tmp_path, {"a.png": PNG})
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nothing")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
    found = find_media(tmp_path)
    assert names(found.files, tmp_path) == ["a.png"]
    assert names(found.left_out["linked as a folder"], tmp_path) == ["loop"]
    assert found.describe_faults()[0].count("pipe, device or broken link")


@pytest.fixture
def closed(monkeypatch):
    """Folders of these names may not be opened, as by another user."""
    names, scan = set(), os.scandir

    def refuse(path):
        if pathlib.Path(path).name in names:
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return names


@pytest.mark.parametrize("name", ["theirs", "theirs.mp4"])
def test_folders_that_cannot_be_opened_are_said_and_faults(
    tmp_path, closed, name
):
    write(tmp_path, {"a.png": PNG, f"{name}/b.png": PNG, "open/c.png": PNG})
    closed.add(name)
    found = find_media(tmp_path)
    assert names(found.files, tmp_path) == ["a.png", "open/c.png"]
    assert "1 folder that cannot be opened" in found.describe_omissions()
    (fault,) = found.describe_faults()
    assert fault.startswith(f"{tmp_path / name}: expected a folder that can")


def test_a_folder_that_cannot_be_opened_itself_is_not_called_empty(
    tmp_path, closed
):
    write(tmp_path, {"mine/a.png": PNG})
    closed.add("mine")
    with pytest.raises(ValueError, match="1 folder that cannot be opened"):
        list_media(tmp_path / "mine")


def test_nothing_to_read_says_so(tmp_path):
    with pytest.raises(ValueError, match="found none in it .it is empty"):
        list_media(tmp_path)
    write(tmp_path, {"notes.txt": b"hello"})
    with pytest.raises(ValueError, match="1 of another kind.*mp4"):
        list_media(tmp_path)
    with pytest.raises(FileNotFoundError, match="found nothing there"):
        list_media(tmp_path / "none")


def test_the_field_cases_are_told_apart(field_case):
    found = find_media(pathlib.Path(field_case("clock_reset.ts")).parent)
    used = {path.name for path in found.files}
    assert {"tiled.heic", "rotated.heic", "clock_reset.ts"} <= used
    assert [p.name for p in found.left_out["sound"]] == ["cover_art.m4a"]
