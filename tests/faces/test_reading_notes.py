"""What `Video` says of a file whose pictures begin or end oddly."""

import av
import numpy as np
import pytest

from emoaff.faces import Video
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_video


def write_with_sound(path, count, sound_s, codec, first=0):
    """Writes numbers from the frame `first` on, and silence beside them."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream(codec, rate=16_000)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(numbered(number), "rgb24")
            frame.pts = first + number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        form = "fltp" if codec == "aac" else "s16"
        silence = np.zeros((1, 1024), "f4" if codec == "aac" else "i2")
        for number in range(int(sound_s * 16_000) // 1024):
            frame = av.AudioFrame.from_ndarray(silence, form, "mono")
            frame.sample_rate, frame.pts = 16_000, 1024 * number
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def without_tag(path):
    """Takes out the length of each track, which few programs write."""
    data = path.read_bytes()
    assert b"DURATION" in data
    path.write_bytes(data.replace(b"DURATION", b"DURATIOX"))
    return path


def read(path):
    video = Video(path)
    return [number_of(frame.image) for frame in video], video


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
@pytest.mark.parametrize("name", ["a.mkv", "tagged.mkv", "a.flv"])
def test_sound_that_outlasts_the_pictures_is_no_damage(tmp_path, name, codec):
    path = write_with_sound(tmp_path / name, 20, 8, codec)
    if name == "a.mkv":
        without_tag(path)
    numbers, video = read(path)
    assert numbers == list(range(20))
    assert video.warnings == []
    assert not video.damaged


@pytest.mark.parametrize("tagged", [False, True])
def test_pictures_that_begin_late_are_no_damage(tmp_path, tagged):
    path = write_with_sound(tmp_path / "a.mkv", 20, 2.5, "pcm_s16le", 50)
    numbers, video = read(path if tagged else without_tag(path))
    assert numbers == list(range(20))
    assert video.start_s == pytest.approx(2.0)
    assert video.warnings == []


@pytest.mark.parametrize("name", ["a.mkv", "tagged.mkv", "a.flv"])
def test_a_file_with_sound_that_is_cut_is_damaged(tmp_path, name):
    path = write_with_sound(tmp_path / name, 100, 4, "aac")
    if name == "a.mkv":
        without_tag(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(0.6 * len(data))])
    numbers, video = read(path)
    assert numbers == list(range(len(numbers)))
    assert 10 < len(numbers) < 90
    assert video.damaged
    assert f"after {len(numbers)} frames" in video.warnings[-1]


def cut_start(path, share):
    """Takes out what follows the tables at the start of a file."""
    data = path.read_bytes()
    is_ts = path.suffix == ".ts"
    head, size = (3 * 188, 188) if is_ts else (0, 1)
    cut = int(share * len(data)) // size * size
    path.write_bytes(data[:head] + data[cut:])
    return path


@pytest.mark.parametrize("name", ["a.ts", "a.h264", "a.mpg"])
def test_a_beginning_between_key_frames_is_said(tmp_path, name):
    codec = "mpeg2video" if name == "a.mpg" else "libx264"
    options = {"g": "25", "sc_threshold": "0"}
    path = tmp_path / name
    write_numbered(path, 100, codec=codec, options=options)
    numbers, video = read(cut_start(path, 0.3))
    # From the next group of pictures on all of them.
    assert 20 < numbers[0] < 60
    assert numbers == list(range(numbers[0], 100))
    said = [w for w in video.warnings if "between two key frames" in w]
    assert len(said) == 1
    assert not video.damaged


@pytest.mark.parametrize("name", ["a.ts", "a.mpg", "a.mkv"])
def test_a_beginning_at_a_key_frame_is_no_news(tmp_path, name):
    codec = "mpeg2video" if name == "a.mpg" else "libx264"
    path = write_numbered(tmp_path / name, 30, codec=codec)
    numbers, video = read(path)
    assert numbers == list(range(30))
    assert video.warnings == []


@pytest.mark.parametrize(("woven", "count"), [(True, 1), (False, 0)])
def test_interlaced_pictures_are_said(tmp_path, woven, count):
    options = {"flags": "+ildct+ilme"} if woven else {}
    images = [numbered(n) for n in range(20)]
    path = write_video(
        tmp_path / "a.mpg", images, codec="mpeg2video", options=options
    )
    numbers, video = read(path)
    assert numbers == list(range(20))
    assert sum("interlaced" in each for each in video.warnings) == count
    assert not video.damaged
