import pathlib

import pytest

from emoaff.faces import media_files
from emoaff.faces import media_kind
from tests.faces.video_files import write_numbered


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", "video"),
        ("a.MOV", "video"),
        ("a.mpg", "video"),
        ("a.JPG", "picture"),
        ("a.tiff", "picture"),
        ("a.txt", None),
        ("a", None),
    ],
)
def test_the_suffix_decides_where_nothing_else_does(name, kind):
    assert media_kind(pathlib.Path("nowhere") / name) == kind


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"just some text", None),
    ],
)
def test_the_content_beats_the_suffix(tmp_path, start, kind):
    for name in ("a.mp4", "a.jpg", "a.dat"):
        path = tmp_path / name
        path.write_bytes(start)
        by_suffix = {"a.mp4": "video", "a.jpg": "picture"}.get(name)
        assert media_kind(path) == (kind or by_suffix)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.mpg"])
def test_real_videos_are_known_without_their_suffix(tmp_path, name):
    codec = "mpeg2video" if name == "a.mpg" else "libx264"
    path = write_numbered(tmp_path / name, 2, codec=codec)
    assert media_kind(path.rename(tmp_path / "unnamed")) == "video"


def test_folders_are_listed_in_order_and_without_junk(tmp_path):
    touch(
        tmp_path,
        *("b.mp4", "a.jpg", "inner/c.mov", "notes.txt"),
        *("._b.mp4", ".DS_Store", ".hidden/d.mp4"),
    )
    names = [str(p.relative_to(tmp_path)) for p in media_files(tmp_path)]
    assert names == ["a.jpg", "b.mp4", str(pathlib.Path("inner", "c.mov"))]
    flat = media_files(tmp_path, recursive=False)
    assert [path.name for path in flat] == ["a.jpg", "b.mp4"]


def test_a_file_is_given_back_whatever_it_is(tmp_path):
    touch(tmp_path, "notes.txt")
    assert media_files(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]


def test_nothing_to_read_says_so(tmp_path):
    touch(tmp_path, "notes.txt")
    with pytest.raises(ValueError, match="found none in it.*mp4"):
        media_files(tmp_path)
    with pytest.raises(FileNotFoundError, match="found nothing there"):
        media_files(tmp_path / "none")
