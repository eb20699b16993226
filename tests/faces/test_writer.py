import av
import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import VideoWriter
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered

TIMES = [0, 0.04, 0.05, 0.3, 0.31, 1.2]


def write(path, times=TIMES, size=(64, 48)):
    with VideoWriter(path, *size, fps=25) as writer:
        for number, time_s in enumerate(times):
            image = numbered(number)
            writer.write(image[: size[1], : size[0]], time_s)
    return path


def test_pictures_come_back_at_their_times(tmp_path):
    video = Video(write(tmp_path / "a.mp4"))
    frames = list(video)
    assert [number_of(frame.image) for frame in frames] == list(range(6))
    times = [frame.time_s for frame in frames]
    np.testing.assert_allclose(times, TIMES, atol=1 / 90_000)
    # The last picture stays for one 25th of a second.
    assert video.duration_s == pytest.approx(1.24, abs=1e-3)
    assert video.warnings == []


def test_the_file_is_what_browsers_play(tmp_path):
    path = write(tmp_path / "a.mp4")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"avc1" in data
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"


def test_odd_sizes_are_padded(tmp_path):
    video = Video(write(tmp_path / "a.mp4", size=(63, 47)))
    assert (video.width, video.height) == (64, 48)


@pytest.mark.parametrize("size", [(64, 48), (1280, 720)])
def test_colours_come_back(tmp_path, size):
    colour = (200, 60, 30)
    with VideoWriter(tmp_path / "a.mp4", *size) as writer:
        writer.write(np.full((*size[::-1], 3), colour, np.uint8), 0.0)
    image = next(iter(Video(tmp_path / "a.mp4"))).image
    np.testing.assert_allclose(image[10, 10], colour, atol=4)


def test_an_error_leaves_no_file_and_keeps_the_old_one(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_text("old")
    with pytest.raises(KeyError), VideoWriter(path, 64, 48) as writer:
        writer.write(numbered(0), 0.0)
        raise KeyError
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_text() == "old"


def test_the_name_appears_when_the_file_is_whole(tmp_path):
    path = tmp_path / "a.mp4"
    writer = VideoWriter(path, 64, 48)
    writer.write(numbered(0), 0.0)
    assert not path.exists()
    writer.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    writer.close()


def test_no_picture_no_file(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", 64, 48):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("times", "last"), [((0.0, 0.0), 0.0), ((0.5, 0.2), 0.2), ((-1.0,), -1.0)]
)
def test_times_have_to_rise(tmp_path, times, last):
    with pytest.raises(ValueError, match=f"rise. Received: time_s={last}"):
        write(tmp_path / "a.mp4", times)


def test_a_picture_of_another_size_is_refused(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", 32, 32) as writer:
        with pytest.raises(ValueError, match=r"Received: shape=\(48, 64, 3\)"):
            writer.write(numbered(0), 0.0)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ValueError, match="cannot be written.*Choose a folder"):
        VideoWriter(tmp_path / "none" / "a.mp4", 64, 48)
    with pytest.raises(ValueError, match="it is a folder.*Choose a folder"):
        VideoWriter(tmp_path, 64, 48)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="Received: width=0"):
        VideoWriter(tmp_path / "a.mp4", 0, 48)
