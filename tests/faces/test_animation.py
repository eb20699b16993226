import numpy as np
import pytest
from PIL import Image

from emoaff.faces import Video
from emoaff.faces.animation import is_animated_webp
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered


def write_webp(path, count, shown_ms):
    first, *others = (Image.fromarray(numbered(n)) for n in range(1, count + 1))
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=shown_ms,
        lossless=True,
    )
    return path


def test_an_animated_webp_is_a_video_with_its_own_times(tmp_path):
    path = write_webp(tmp_path / "a.webp", 4, [40, 200, 60, 100])
    with Video(path) as video:
        frames = list(video)
        again = [number_of(frame.image) for frame in video]
    assert [number_of(frame.image) for frame in frames] == [1, 2, 3, 4] == again
    times = [frame.time_s for frame in frames]
    np.testing.assert_allclose(times, [0, 0.04, 0.24, 0.3])
    assert (video.codec, video.width, video.height) == ("webp", 64, 48)
    assert (video.declared_frames, video.duration_s) == (4, pytest.approx(0.4))
    assert (video.average_fps, video.warnings) == (pytest.approx(10), [])


def test_pictures_shown_for_no_time_last_a_tenth_of_a_second(tmp_path):
    video = Video(write_webp(tmp_path / "a.webp", 3, 0))
    times = [frame.time_s for frame in video]
    np.testing.assert_allclose(times, [0, 0.1, 0.2])


def test_a_cut_animation_gives_what_it_has(tmp_path):
    path = write_webp(tmp_path / "a.webp", 20, 40)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.7)])
    try:
        video = Video(path)
    except ValueError as error:
        assert "a.webp: expected a" in str(error)
    else:
        assert 1 <= len(list(video)) < 20 and video.warnings


def test_only_its_flag_makes_a_webp_an_animation(tmp_path):
    Image.fromarray(numbered(1)).save(tmp_path / "still.webp")
    write_webp(tmp_path / "moving.webp", 2, 40)
    (tmp_path / "short.webp").write_bytes(b"RIFF\0\0\0\0WEBPVP8X")
    assert not is_animated_webp(tmp_path / "still.webp")
    assert is_animated_webp(tmp_path / "moving.webp")
    assert not is_animated_webp(tmp_path / "short.webp")
