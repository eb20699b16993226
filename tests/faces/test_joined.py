import pytest

from emoaff.faces import Video
from emoaff.faces.joined import describe_joined
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("flags", ["", "faststart"])
def test_a_second_film_behind_the_first_is_said(tmp_path, suffix, flags):
    path = write_numbered(tmp_path / f"a.{suffix}", 20, movflags=flags)
    path.write_bytes(2 * path.read_bytes())
    video = Video(path)
    assert [number_of(frame.image) for frame in video] == list(range(20))
    assert len(video.warnings) == 1
    assert "is 2 films put one behind the other" in video.warnings[0]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_one_film_is_no_news(tmp_path, suffix):
    path = write_numbered(tmp_path / f"a.{suffix}", 5)
    assert describe_joined(path) == ""


def test_a_film_in_fragments_is_one(tmp_path):
    flags = "frag_keyframe+empty_moov"
    path = write_numbered(
        tmp_path / "a.mp4", 30, movflags=flags, options={"g": "5"}
    )
    assert describe_joined(path) == ""
    path.write_bytes(2 * path.read_bytes())
    assert describe_joined(path) == ""


@pytest.mark.parametrize("size", [0, 1, 7])
def test_boxes_without_a_sensible_size_end_the_search(tmp_path, size):
    path = write_numbered(tmp_path / "a.mp4", 5)
    data = path.read_bytes()
    path.write_bytes(size.to_bytes(4, "big") + data[4:] + data)
    assert describe_joined(path) == ""
