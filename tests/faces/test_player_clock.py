import fractions

import av
import numpy as np
import pytest

from emoaff.faces.player_clock import read_player_start


def write_late(path, delay_s, with_sound=True, clock_s=0):
    """Pictures at 25 a second that begin later than the sound."""
    options = {"output_ts_offset": str(clock_s)}
    with av.open(str(path), "w", options=options) as file:
        video = file.add_stream("mpeg4", 25, width=64, height=48)
        video.pix_fmt = "yuv420p"
        packets = []
        for n in range(10):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = n + round(25 * delay_s)
            frame.time_base = fractions.Fraction(1, 25)
            packets += video.encode(frame)
        packets += video.encode()
        if with_sound:
            sound = file.add_stream("mp2", 48_000, layout="mono")
            for n in range(50):
                samples = np.zeros((1, 1152), np.int16)
                frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
                frame.sample_rate, frame.pts = 48_000, 1152 * n
                packets += sound.encode(frame)
            packets += sound.encode()
        packets.sort(key=lambda p: p.dts * p.time_base)
        for packet in packets:
            file.mux(packet)
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        return float(stream.start_time * stream.time_base)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("with_sound", [True, False])
def test_a_browser_shows_the_first_picture_at_its_own_time(
    tmp_path, name, with_sound
):
    # Chromium's `mediaTime` of the first picture is 1.0 for these files.
    start_s = write_late(tmp_path / name, 1.0, with_sound)
    assert start_s == pytest.approx(1.0, abs=0.03)
    assert read_player_start(tmp_path / name, start_s) == start_s


def test_a_broadcast_begins_with_its_sound(tmp_path):
    start_s = write_late(tmp_path / "a.ts", 1.0, clock_s=1000)
    assert start_s == pytest.approx(1001, abs=0.06)
    found = read_player_start(tmp_path / "a.ts", start_s)
    assert found == pytest.approx(1.0, abs=0.06)


def test_a_broadcast_whose_pictures_come_first_begins_with_them(tmp_path):
    start_s = write_late(tmp_path / "a.ts", 0.0, False, clock_s=1000)
    assert start_s == pytest.approx(1000, abs=0.06)
    assert read_player_start(tmp_path / "a.ts", start_s) == pytest.approx(0)
