import av
import pytest

from emoaff.faces.sound import SoundCopy


@pytest.mark.parametrize("data", [b"", b"no video", b"\0\0\0\x18ftypisom"])
def test_what_cannot_be_read_has_no_sound(data, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with SoundCopy(path) as sound, av.open(tmp_path / "b.mp4", "w") as file:
        assert not sound.is_there
        sound.attach(file)
        sound.write_until(1.0)
        assert not file.streams
    with SoundCopy(tmp_path / "missing.mp4") as sound:
        assert not sound.is_there


def test_sound_is_cut_at_both_ends_to_the_pictures(shared_data, tmp_path):
    source = shared_data / "videos" / "short_hamilton_clip.mp4"
    with SoundCopy(source, 2.0) as sound:
        with av.open(tmp_path / "b.mp4", "w") as file:
            sound.attach(file)
            sound.write_until(3.0)
    with av.open(tmp_path / "b.mp4") as file:
        packets = [p for p in file.demux(audio=0) if p.pts is not None]
    times = [float(p.pts * p.time_base) for p in packets]
    assert 0 <= times[0] < 0.05
    assert 2.9 < times[-1] < 3.0
