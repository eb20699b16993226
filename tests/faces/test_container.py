import types
from fractions import Fraction

import av
import numpy as np
import pytest
from av.stream import Disposition
from PIL import Image

from emoaff.faces import Video
from emoaff.faces import container
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered


@pytest.mark.parametrize("suffix", ["mp4", "m4a"])
def test_sound_with_a_cover_is_no_video(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    with av.open(str(path), "w", format="mp4") as file:
        sound = file.add_stream("aac", rate=44100, layout="mono")
        cover = file.add_stream("mjpeg", rate=25)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(numbered(5), "rgb24")
        packets = [*cover.encode(picture), *cover.encode(None)]
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 4410), np.float32), "fltp", "mono"
        )
        silence.sample_rate = 44100
        packets += [*sound.encode(silence), *sound.encode(None)]
        for packet in packets:
            file.mux(packet)
    with pytest.raises(ValueError, match="only sound and a still cover"):
        Video(path)


def test_a_cover_beside_a_film_is_passed_over(tmp_path):
    write_numbered(tmp_path / "film.mp4", 10)
    path = tmp_path / "covered.mp4"
    with (
        av.open(str(tmp_path / "film.mp4")) as film,
        av.open(str(path), "w") as file,
    ):
        cover = file.add_stream("mjpeg", rate=25)
        cover.width, cover.height, cover.pix_fmt = 640, 480, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        copied = file.add_stream_from_template(film.streams.video[0])
        large = np.full((480, 640, 3), 200, np.uint8)
        picture = av.VideoFrame.from_ndarray(large, "rgb24")
        for packet in [*cover.encode(picture), *cover.encode(None)]:
            file.mux(packet)
        for packet in film.demux(film.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copied
                file.mux(packet)
    frames = list(Video(path))
    assert [number_of(frame.image) for frame in frames] == list(range(10))


def test_an_animated_avif_is_its_track_and_not_its_still(tmp_path):
    path = tmp_path / "a.avif"
    first, *others = (Image.fromarray(numbered(n)) for n in (3, 9, 200))
    first.save(
        path, save_all=True, append_images=others, duration=50, quality=90
    )
    frames = list(Video(path))
    assert [number_of(frame.image) for frame in frames] == [3, 9, 200]
    np.testing.assert_allclose([f.time_s for f in frames], [0, 0.05, 0.1])


@pytest.mark.parametrize(
    ("average", "guessed", "expected"),
    [
        (Fraction(25), None, 25.0),
        (Fraction(90_000), Fraction(30), 30.0),
        (Fraction(0), Fraction(24), 24.0),
        (None, None, np.nan),
        (Fraction(90_000), Fraction(90_000), np.nan),
    ],
)
def test_rates_that_cannot_be_do_not_count(average, guessed, expected):
    rates = types.SimpleNamespace(average_rate=average, guessed_rate=guessed)
    np.testing.assert_equal(container.read_declared_fps(rates), expected)


def packets(*ticks):
    base = Fraction(1, 1000)
    return [types.SimpleNamespace(dts=t, time_base=base) for t in ticks]


@pytest.mark.parametrize(
    ("ticks", "expected"),
    [
        ((0, 40, 80, 120), 25.0),
        ((0, 80, 40, 120, 900), 25.0),  # out of order, and a gap
        ((0, 0, 40, 40, 80, 80), 25.0),  # doubled
        ((7, 7, 7, 7, 7, 7), np.inf),  # stands still
        ((0, 40), np.nan),
        ((None, None, None), np.nan),
    ],
)
def test_the_rate_is_measured_on_timestamps(ticks, expected):
    np.testing.assert_equal(container.measure_fps(packets(*ticks)), expected)
    assert np.isnan(container.measure_fps([None]))


def test_sound_with_a_cover_in_the_field(field_case):
    with pytest.raises(ValueError, match="only sound and a still cover"):
        Video(field_case("cover_art.m4a"))


def test_a_still_in_tiles_is_no_video(field_case):
    with pytest.raises(ValueError, match="a still picture or parts of one"):
        Video(field_case("tiled.heic"))
