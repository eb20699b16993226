import errno
import pathlib
import shutil

import pytest

from emoaff.prediction.inputs import describe_loose_frames
from emoaff.prediction.inputs import find_inputs
from emoaff.prediction.inputs import name_results
from emoaff.prediction.inputs import reason
from tests.sample import PORTRAIT

LONG = "é" * 120  # 240 bytes of the 255 that a name may have


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a.mp4", "b.mp4"], ["a", "b"]),
        (["a.mp4", "a.jpg", "b.mov"], ["a_mp4", "a_jpg", "b"]),
        (["x/a.mp4", "y/a.mp4"], ["a_mp4", "a_mp4_2"]),
        (["A.mp4", "a.mov"], ["A_mp4", "a_mov"]),
        (["a.mp4", "a.jpg", "a_mp4.mov"], ["a_mp4", "a_jpg", "a_mp4_2"]),
        (["clip"], ["clip"]),
        (["clip", "clip.jpg"], ["clip", "clip_jpg"]),
        ([f"{LONG}.jpg"], ["é" * 100]),
        ([f"{LONG}1.jpg", f"{LONG}2.jpg"], ["é" * 100 + "_jpg"] * 2),
    ],
)
def test_no_two_inputs_share_a_result(given, expected):
    got = name_results([pathlib.Path(f) for f in given])
    if len(set(expected)) < len(expected):
        expected = [expected[0], f"{expected[0]}_2"]
    assert got == expected


def test_a_reason_is_one_line_that_keeps_the_name():
    path = pathlib.Path("two\nlines.mp4")
    error = ValueError(f"{path}: expected a video,\n  found none.")
    assert reason(error, path) == (
        r"two\nlines.mp4: expected a video, found none."
    )
    nameless = OSError(errno.EIO, "Input/output error")
    assert reason(nameless, path) == r"two\nlines.mp4: Input/output error."


def portraits(root, *places):
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PORTRAIT, root / place)


def place(found):
    return [(each.folder, each.stem) for each in found]


def test_results_keep_the_folders_inside_a_given_folder(tmp_path):
    portraits(tmp_path, "x.jpg", "a/x.jpg", "a/b/x.jpg", "a/b/y.jpg")
    found, failures = find_inputs([tmp_path], print)
    assert failures == []
    assert sorted(place(found)) == [
        ("", "x"),
        ("a", "x"),
        ("a/b", "x"),
        ("a/b", "y"),
    ]


def test_files_that_are_named_lie_flat_wherever_they_come_from(tmp_path):
    portraits(tmp_path, "a/x.jpg", "b/x.jpg", "b/y.jpg")
    paths = [tmp_path / name for name in ("a/x.jpg", "b/x.jpg", "b/y.jpg")]
    found, _ = find_inputs(paths, print)
    assert place(found) == [("", "x_jpg"), ("", "x_jpg_2"), ("", "y")]


def test_two_folders_share_the_folders_of_the_same_name(tmp_path):
    portraits(tmp_path, "one/A/x.jpg", "two/a/x.jpg")
    found, _ = find_inputs([tmp_path / "one", tmp_path / "two"], print)
    # On many disks A and a are one folder, and neither result may be lost.
    assert place(found) == [("A", "x_jpg"), ("a", "x_jpg_2")]


def test_a_file_that_is_given_twice_is_done_once_where_it_came_first(tmp_path):
    portraits(tmp_path, "a/x.jpg")
    found, _ = find_inputs([tmp_path / "a/x.jpg", tmp_path], print)
    assert place(found) == [("", "x")]


def test_pictures_that_a_memory_sees_one_by_one_are_told(tmp_path):
    portraits(tmp_path, "a/1.jpg", "a/2.jpg", "b/1.jpg")
    found, _ = find_inputs([tmp_path], print)
    (line,) = describe_loose_frames(found, 6)
    assert f"the 2 pictures of {tmp_path / 'a'} are taken one by one" in line
    assert "6 frames in a row" in line and "--sequence HZ" in line
