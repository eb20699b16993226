import itertools
import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import container
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_sound
from tests.faces.video_files import write_video


def numbers(video):
    return [number_of(frame.image) for frame in video]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("clip.mp4", "libx264", {}),
        ("clip.mkv", "libx264", {}),
        ("clip.webm", "libvpx", {"deadline": "realtime"}),
        ("clip.avi", "mpeg4", {}),
        ("clip.avi", "libx264", {"bf": "3"}),  # stored out of order
        ("clip.h264", "libx264", {}),  # no timestamps at all
    ],
)
def test_every_frame_comes_once_in_order_and_on_time(
    tmp_path, name, codec, options
):
    path = tmp_path / name
    video = Video(write_numbered(path, 30, codec=codec, options=options))
    frames = list(video)
    assert [number_of(frame.image) for frame in frames] == list(range(30))
    assert [frame.index for frame in frames] == list(range(30))
    times = [frame.time_s for frame in frames]
    np.testing.assert_allclose(times, np.arange(30) / 25, atol=1e-3)


def test_the_facts_are_those_of_the_file(tmp_path):
    video = Video(write_numbered(tmp_path / "clip.mp4", 30))
    assert (video.codec, video.width, video.height) == ("h264", 64, 48)
    assert (video.rotation, video.mirrored) == (0, False)
    assert (video.declared_frames, video.average_fps) == (30, 25.0)
    assert video.duration_s == pytest.approx(30 / 25)
    assert video.decoded_frames == 0
    image = next(iter(video)).image
    assert (image.shape, image.dtype) == ((48, 64, 3), np.uint8)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv"])
def test_a_variable_frame_rate_is_kept(tmp_path, name):
    times = [0, 0.04, 0.05, 0.3, 0.31, 1.2, 1.25, 3.0]
    path = write_numbered(tmp_path / name, 8, times=times)
    frames = list(Video(path))
    np.testing.assert_allclose([f.time_s for f in frames], times, atol=1e-3)
    assert [number_of(f.image) for f in frames] == list(range(8))


def test_time_starts_at_the_first_frame(tmp_path):
    path = write_numbered(tmp_path / "clip.mkv", 3, times=[0.5, 0.6, 0.9])
    video = Video(path)
    assert video.start_s == pytest.approx(0.5)
    times = [frame.time_s for frame in video]
    np.testing.assert_allclose(times, [0, 0.1, 0.4], atol=1e-3)


# The matrix of ISO 14496-12: x' = a x + c y, y' = b x + d y.
@pytest.mark.parametrize(
    ("matrix", "rotation", "mirrored"),
    [
        ((1, 0, 0, 1), 0, False),
        ((0, 1, -1, 0), 90, False),  # a telephone held upright
        ((-1, 0, 0, -1), 180, False),
        ((0, -1, 1, 0), 270, False),
        ((-1, 0, 0, 1), 0, True),
        ((0, 1, 1, 0), 270, True),
        ((1, 0, 0, -1), 180, True),
        ((0, -1, -1, 0), 90, True),
    ],
)
def test_frames_are_upright(tmp_path, matrix, rotation, mirrored):
    a, b, c, d = matrix
    upright = np.full((48, 64, 3), 128, np.uint8)
    upright[:16, :16] = 255  # a corner and an edge tell all eight apart
    upright[:, 48:] = 0
    size = (64, 48) if b == 0 else (48, 64)
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    # Where each stored pixel is shown, moved back into the picture.
    shown_x, shown_y = a * x + c * y, b * x + d * y
    stored = upright[shown_y - shown_y.min(), shown_x - shown_x.min()]
    path = write_video(tmp_path / "clip.mp4", [stored] * 2)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 44  # of the matrix in the track's header
    whole = [v << 16 for v in (a, b, 0, c, d, 0, 0, 0)] + [1 << 30]
    data[place : place + 36] = struct.pack(">9i", *whole)
    path.write_bytes(data)
    video = Video(path)
    assert (video.rotation, video.mirrored) == (rotation, mirrored)
    assert (video.width, video.height) == (64, 48)
    image = next(iter(video)).image
    assert np.abs(image.astype(int) - upright).mean() < 3
    # What stands in for the matrix where PyAV cannot read it.
    if not mirrored:
        unread = StubPicture(-rotation)
        assert container.orientation(unread) == video._turn


class StubPicture:
    """A frame whose side data PyAV does not know."""

    def __init__(self, rotation):
        self.rotation = rotation

    @property
    def side_data(self):
        raise ValueError("31 is not a valid Type")


def test_pixels_are_made_square(tmp_path):
    def wide(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)

    path = write_numbered(tmp_path / "clip.mp4", 5, prepare=wide)
    video = Video(path)
    assert (video.width, video.height) == (96, 48)
    assert numbers(video) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("size", "tag"),
    [((64, 48), 6), ((64, 48), 1), ((64, 48), 2), ((1280, 720), 2)],
)
def test_colours_are_those_that_players_show(tmp_path, size, tag):
    # BT.601 where nothing is said, BT.709 in high definition, else the tag.
    red, green, blue = 200, 60, 30
    is_709 = tag == 1 or (tag == 2 and size[1] >= 720)
    k_red, k_blue = (0.2126, 0.0722) if is_709 else (0.299, 0.114)
    grey = k_red * red + (1 - k_red - k_blue) * green + k_blue * blue
    planes = [
        16 + 219 * grey / 255,
        128 + 224 * (blue - grey) / 255 / 2 / (1 - k_blue),
        128 + 224 * (red - grey) / 255 / 2 / (1 - k_red),
    ]
    path = write_yuv(tmp_path / "clip.mp4", size, planes, tag)
    image = next(iter(Video(path))).image
    np.testing.assert_allclose(
        image.reshape(-1, 3).mean(axis=0), [red, green, blue], atol=3
    )


def write_yuv(path, size, planes, tag):
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = tag
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, value in zip(frame.planes, planes, strict=True):
            plane.update(bytes([round(value)]) * plane.buffer_size)
        frame.colorspace = tag
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def test_a_declared_count_is_not_trusted(tmp_path):
    path = write_numbered(tmp_path / "clip.avi", 20, codec="mpeg4")
    data = bytearray(path.read_bytes())
    # dwLength of the stream header, 32 bytes into its content.
    place = data.index(b"strh") + 8 + 32
    assert int.from_bytes(data[place : place + 4], "little") == 20
    data[place : place + 4] = (500).to_bytes(4, "little")
    path.write_bytes(data)
    video = Video(path)
    assert video.declared_frames == 500
    assert numbers(video) == list(range(20))
    assert video.decoded_frames == 20
    assert "declares 20.00 s" in video.warnings[0]


def test_a_whole_file_gives_no_warning(tmp_path):
    video = Video(write_numbered(tmp_path / "clip.mp4", 30))
    assert len(list(video)) == 30
    assert video.warnings == []
    assert not video.damaged


def test_a_cut_file_gives_what_it_has_and_says_so(tmp_path):
    path = write_numbered(
        tmp_path / "clip.mp4", 200, movflags="faststart", options={"g": "25"}
    )
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    video = Video(path)
    found = numbers(video)
    assert 10 < len(found) < 200
    assert found == list(range(len(found)))
    # Some versions of FFmpeg also count the frame that was cut through.
    warning = video.warnings[-1]
    assert "declares 8.00 s" in warning
    assert f"after {len(found)} frames" in warning
    assert video.damaged


def test_a_hole_in_the_stream_is_passed_over(tmp_path):
    path = write_numbered(
        tmp_path / "clip.mp4", 200, movflags="faststart", options={"g": "25"}
    )
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat")
    middle = (begin + len(data)) // 2
    data[middle : middle + 600] = bytes(600)
    path.write_bytes(data)
    video = Video(path)
    frames = list(video)
    assert 150 < len(frames) < 200
    assert frames[-1].time_s == pytest.approx(199 / 25)
    assert number_of(frames[-1].image) == 199
    assert "damaged" in video.warnings[0]


class Breaking:
    """A container whose file cannot be read beyond some packets."""

    def __init__(self, inner, count):
        self.inner, self.count = inner, count

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.inner.close()

    def demux(self, stream):
        yield from itertools.islice(self.inner.demux(stream), self.count)
        raise av.FFmpegError(5, "Input/output error")


def test_a_file_that_cannot_be_read_further_gives_what_was_read(
    tmp_path, monkeypatch
):
    path = write_numbered(tmp_path / "clip.mp4", 50, options={"bf": "0"})
    video = Video(path)
    opened = container.open_container
    monkeypatch.setattr(
        container, "open_container", lambda *how: Breaking(opened(*how), 20)
    )
    # All twenty, those that the decoder still held among them.
    assert numbers(video) == list(range(20))
    stopped, short = video.warnings
    assert "stopped after 20 frames (Input/output error)" in stopped
    assert "end at 0.80 s" in short


def test_reading_twice_gives_the_same(tmp_path):
    video = Video(write_numbered(tmp_path / "clip.mp4", 12))
    assert numbers(itertools.islice(video, 5)) == [0, 1, 2, 3, 4]
    assert numbers(video) == list(range(12))
    assert numbers(video) == list(range(12))
    assert video.decoded_frames == 12


def test_frames_are_read_when_asked_for(tmp_path):
    with Video(write_numbered(tmp_path / "clip.mp4", 12)) as video:
        reading = iter(video)
        next(reading)
        assert video.decoded_frames == 1
    assert list(reading) == []


def content(kind):
    return {
        "empty": b"",
        "text": b"this is no video\n" * 40,
        "playlist": b"#EXTM3U\n#EXTINF:1,\nclip.mp4\n#EXT-X-ENDLIST\n",
        "subtitles": b"1\n00:00:01,000 --> 00:00:02,000\nhello\n\n" * 4,
    }[kind]


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("empty", "an empty one"),
        ("text", "cannot be read as one"),
        ("playlist", "cannot be read as one"),
        ("subtitles", "found only subtitle"),
    ],
)
def test_what_is_no_video_is_said_to_be_none(tmp_path, kind, found):
    write_numbered(tmp_path / "clip.mp4", 3)
    path = tmp_path / "no.mp4"
    path.write_bytes(content(kind))
    with pytest.raises(ValueError, match=f"no.mp4: expected a video.*{found}"):
        Video(path)


def test_a_file_without_its_index_is_refused(tmp_path):
    path = write_numbered(tmp_path / "clip.mp4", 50)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov")])
    with pytest.raises(ValueError, match="cut short"):
        Video(path)


def test_a_file_of_noise_is_refused(tmp_path):
    path = write_numbered(tmp_path / "clip.mp4", 50, movflags="faststart")
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    rng = np.random.default_rng(0)
    data[begin:] = rng.bytes(len(data) - begin)
    path.write_bytes(data)
    with pytest.raises(ValueError, match="not one frame"):
        Video(path)


def test_sound_alone_is_refused(tmp_path):
    with pytest.raises(ValueError, match="found only sound"):
        Video(write_sound(tmp_path / "clip.wav"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="found nothing there"):
        Video(tmp_path / "none.mp4")
    with pytest.raises(ValueError, match="found a folder"):
        Video(tmp_path)


def test_a_name_that_looks_like_an_address_is_a_file(tmp_path, monkeypatch):
    write_numbered(tmp_path / "clip.mp4", 3).rename(tmp_path / "http: é%d.mp4")
    monkeypatch.chdir(tmp_path)
    assert numbers(Video("http: é%d.mp4")) == [0, 1, 2]


def test_numbered_pictures_can_be_told_apart():
    assert [number_of(numbered(n)) for n in range(256)] == list(range(256))


def test_a_wrong_count_in_the_wild(shared_data):
    video = Video(shared_data / "videos" / "no_face.mp4")
    assert video.declared_frames == 98
    assert len(list(video)) == video.decoded_frames == 95
