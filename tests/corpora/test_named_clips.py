import dataclasses

import pytest

from emoaff.corpora import named_clips
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.source_tree import SourceTree


@dataclasses.dataclass(frozen=True)
class Meant:
    name: str


def meaning(file):
    return Meant(file.stem) if file.stem.isdigit() else "strange names"


@pytest.fixture
def write(tmp_path):
    def write(name, text="a video"):
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


def found(tmp_path, report, suffix=".avi", **arguments):
    tree = SourceTree(tmp_path / "own")
    clips = named_clips.named(
        tree, meaning, report, "numbers", "corpus", **arguments
    )
    chosen = named_clips.select_one_each(tree, clips, report, suffix)
    return [(clip.name, str(clip.file)) for clip in chosen]


def left_out(report):
    return {each["why"]: each["names"] for each in report.to_dict()["left_out"]}


def test_videos_of_any_format_and_depth_are_found_sorted_by_name(
    write, tmp_path
):
    for name in ("a/b/c/d/e/f/2.flv", "3.MOV", "1.avi", "4.mkv", "5.mp4"):
        write(name)
    report = BuildReport("corpus")
    assert found(tmp_path, report) == [
        ("1", "1.avi"),
        ("2", "a/b/c/d/e/f/2.flv"),
        ("3", "3.MOV"),
        ("4", "4.mkv"),
        ("5", "5.mp4"),
    ]
    assert left_out(report) == {}


def test_every_other_file_is_reported_with_its_reason(write, tmp_path):
    for name in ("1.avi", "x.avi", "1.wav", "1.tar", "._1.avi", "list.csv"):
        write(name)
    report = BuildReport("corpus")
    used = set(SourceTree(tmp_path / "own").find_files("list.csv"))
    assert found(tmp_path, report, used=used) == [("1", "1.avi")]
    assert left_out(report) == {
        "put there by the operating system": ["._1.avi"],
        "strange names": ["x.avi"],
        "no video by their names": ["1.wav"],
        "archives; unpack those that hold videos": ["1.tar"],
    }


def test_own_format_comes_first_then_the_largest_then_the_topmost(
    write, tmp_path
):
    write("1.mp4", "converted, and longer than the rest")
    write("1.avi", "half")
    write("1/1/1.avi", "a whole one")
    write("1/1.avi", "a whole one")
    report = BuildReport("corpus")
    assert found(tmp_path, report) == [("1", "1/1.avi")]
    assert left_out(report) == {
        "copies of a recording that is used": ["1/1/1.avi"],
        "of a recording that is used from a file in the corpus's own format, "
        "or a larger one": ["1.avi", "1.mp4"],
    }


def test_a_file_that_cannot_be_used_gives_way_to_one_that_can(write, tmp_path):
    write("1.avi", "version https://git-lfs.github.com/spec/v1\noid")
    write("2.avi", "")
    write("1.mp4")
    report = BuildReport("corpus")
    assert found(tmp_path, report) == [("1", "1.mp4")]
    assert sorted(sum(left_out(report).values(), [])) == ["1.avi", "2.avi"]


def test_no_clip_at_all_is_an_error_that_says_what_was_wanted(write, tmp_path):
    write("other/x.avi")
    with pytest.raises(FileNotFoundError, match="Expected numbers .*other"):
        found(tmp_path, BuildReport("corpus"))


def test_an_unknown_value_of_a_setting_lists_the_known():
    config = CropConfig(name="default")
    named_clips.require_known(config, {"name": ("default", "other")})
    with pytest.raises(ValueError, match="name to be one of a, b. Received: n"):
        named_clips.require_known(config, {"name": ("a", "b")})
