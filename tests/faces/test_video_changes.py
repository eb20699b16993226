"""`Video` where sizes, depths or clocks are not what they were at first."""

from fractions import Fraction

import av
import numpy as np
import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import Video
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_video


def read(path):
    video = Video(path)
    return list(video), video


def ticks(frames):
    return [frame.time_s for frame in frames]


def square(width, height):
    """A picture with a white square of a quarter of its height."""
    image = np.zeros((height, width, 3), np.uint8)
    side = height // 4
    image[:side, :side] = 255
    return image


def white_area(image):
    rows, columns = np.nonzero(image.mean(axis=2) > 128)
    return np.ptp(columns) + 1, np.ptp(rows) + 1


def join(path, *parts):
    """Puts transport streams one behind the other, as `cat` does."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def write_sized(path, size, count=10, ratio=None):
    def widen(stream):
        if ratio:
            stream.codec_context.sample_aspect_ratio = ratio

    return write_video(path, [square(*size)] * count, prepare=widen)


@pytest.mark.parametrize(
    "sizes", [((64, 48), (48, 80)), ((320, 180), (64, 36))]
)
def test_frames_of_another_size_keep_their_shape(tmp_path, sizes):
    parts = [
        write_sized(tmp_path / f"{n}.ts", size) for n, size in enumerate(sizes)
    ]
    frames, video = read(join(tmp_path / "a.ts", *parts))
    assert [f.image.shape[1::-1] for f in frames] == [
        sizes[0] for _ in range(10)
    ] + [sizes[1] for _ in range(10)]
    assert (video.width, video.height) == sizes[0]
    for frame in frames:
        width, height = white_area(frame.image)
        assert abs(width - height) <= 2
    (warning,) = (w for w in video.warnings if "changes its size" in w)
    first, second = ("x".join(map(str, size)) for size in sizes)
    assert f"once from {first} to {second} at 0.40 s" in warning
    assert not video.damaged


def test_a_new_aspect_of_pixels_holds_from_its_first_frame_on(tmp_path):
    parts = [
        write_sized(tmp_path / "0.ts", (64, 48)),
        write_sized(tmp_path / "1.ts", (64, 48), ratio=Fraction(3, 2)),
    ]
    frames, video = read(join(tmp_path / "a.ts", *parts))
    widths = [frame.image.shape[1] for frame in frames]
    assert widths == [64] * 10 + [96] * 10
    assert any("64x48 to 96x48" in warning for warning in video.warnings)


def write_hdr(path, transfer, code):
    """Three grey pictures of 10 bits that say how they are to be shown."""
    options = {"x265-params": "log-level=none:lossless=1"}
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height = 64, 64
        stream.pix_fmt = "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries = transfer, 9
        context.colorspace = 9
        for _ in range(3):
            grey = np.full((64, 64, 3), code, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, "rgb24")
            frame = frame.reformat(format="yuv420p10le")
            frame.color_trc, frame.color_primaries = transfer, 9
            frame.colorspace = 9
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


# Skin at 40 % of white paper's light, 81 of 203 nits: code 123 of 255 in PQ
# and 151 in HLG (1000 nits), and 0.4 is 170 in an ordinary picture.
@pytest.mark.parametrize(
    ("transfer", "code", "name"), [(16, 123, "PQ"), (18, 151, "HLG")]
)
def test_hdr_is_shown_as_bright_as_it_is_meant(tmp_path, transfer, code, name):
    frames, video = read(write_hdr(tmp_path / "a.mp4", transfer, code))
    np.testing.assert_allclose(frames[0].image, 170, atol=8)
    (warning,) = video.warnings
    assert f"HDR ({name})" in warning


def write_ts(path, count=25, start_s=0):
    """A transport stream whose clock begins at a time."""
    options = {"output_ts_offset": str(start_s)}
    with av.open(str(path), "w", format="mpegts", options=options) as file:
        stream = file.add_stream("libx264", rate=25, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(count):
            image = np.full((48, 64, 3), 5 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("starts", [(1000, 0), (5, 1000), (1000, 90_000)])
def test_a_clock_that_begins_anew_goes_on(tmp_path, starts):
    parts = [
        write_ts(tmp_path / f"{n}.ts", start_s=start)
        for n, start in enumerate(starts)
    ]
    frames, video = read(join(tmp_path / "a.ts", *parts))
    np.testing.assert_allclose(ticks(frames), np.arange(50) / 25, atol=2e-3)
    (warning,) = video.warnings
    assert "clock is set anew once" in warning
    assert not video.damaged
    assert not video.duration_s > 100  # NaN, or that of one part


def test_a_counter_that_runs_over_is_no_new_clock(tmp_path):
    # 33 bits at 90 kHz are full after 95443.72 s.
    path = write_ts(tmp_path / "a.ts", count=50, start_s=95_441)
    with av.open(str(path)) as file:
        stamps = [p.dts for p in file.demux(video=0) if p.dts is not None]
    assert min(stamps) < 0 or max(stamps) >= 2**33
    frames, video = read(path)
    np.testing.assert_allclose(ticks(frames), np.arange(50) / 25, atol=2e-3)
    assert video.warnings == []


def test_a_gap_in_a_recording_is_kept(tmp_path):
    times = [0, 0.04, 0.08, 5.0, 5.04, 300.0, 300.04]
    frames, video = read(write_numbered(tmp_path / "a.mkv", 7, times=times))
    np.testing.assert_allclose(ticks(frames), times, atol=1e-3)
    assert video.warnings == []


def patch(path, box, offset, value):
    """Overwrites four bytes of a box, counted from its name."""
    data = bytearray(path.read_bytes())
    place = data.index(box) + offset
    data[place : place + 4] = value.to_bytes(4, "big", signed=value < 0)
    path.write_bytes(data)
    return path


# elst: version, count, duration, media time; 12800 ticks a second.
@pytest.mark.parametrize(
    ("offset", "value", "shown", "warned"),
    [
        (12, 1000, range(25), False),  # the first second
        (16, 1024 + 12_800, range(25, 50), False),  # from one second on
        (16, 10**8, range(50), True),  # nothing at all
    ],
)
def test_edit_lists_show_what_they_say(tmp_path, offset, value, shown, warned):
    path = write_numbered(tmp_path / "a.mp4", 50)
    frames, video = read(patch(path, b"elst", offset, value))
    assert [number_of(frame.image) for frame in frames] == list(shown)
    np.testing.assert_allclose(
        ticks(frames), np.arange(len(shown)) / 25, atol=1e-3
    )
    assert any("edit list" in w for w in video.warnings) == warned
    assert not video.damaged


@pytest.mark.parametrize(
    ("box", "offset", "value"),
    [
        (b"mdhd", 16, 10**9),  # a billion ticks a second
        (b"stts", 16, 0),  # frames that last no time
    ],
)
def test_a_clock_that_cannot_be_is_not_believed(tmp_path, box, offset, value):
    path = write_numbered(tmp_path / "a.mp4", 50)
    frames, video = read(patch(path, box, offset, value))
    assert len(frames) == 50
    np.testing.assert_allclose(ticks(frames), np.arange(50) / 25, atol=1e-9)
    assert video.average_fps == 25
    assert "cannot be; frames were placed 0.04 s apart" in video.warnings[0]
    assert not video.damaged


def test_doubled_stamps_make_a_video_no_longer(tmp_path):
    times = np.repeat(np.arange(20) / 10, 2) + np.tile([0, 0.001], 20)
    path = tmp_path / "a.mkv"
    write_numbered(path, 40, times=times, options={"bf": "0"})
    data = bytearray(path.read_bytes())
    place = data.index(b"\x1f\x43\xb6\x75")  # of the first cluster
    for stamp_ms in range(0, 2000, 100):
        # A block's track and its time, 1 ms later than that before it.
        later = b"\x81" + (stamp_ms + 1).to_bytes(2, "big")
        place = data.index(later, place)
        data[place + 1 : place + 3] = stamp_ms.to_bytes(2, "big")
    path.write_bytes(data)
    frames, video = read(path)
    assert [number_of(frame.image) for frame in frames] == list(range(40))
    np.testing.assert_allclose(
        ticks(frames)[:39], np.arange(39) / 20, atol=1e-3
    )
    assert 1.9 < ticks(frames)[-1] < 2
    assert "20 timestamps do not rise" in video.warnings[0]


def test_a_clock_that_is_reset_in_the_field(field_case):
    frames, video = read(field_case("clock_reset.ts"))
    np.testing.assert_allclose(ticks(frames), np.arange(60) / 30, atol=2e-3)
    assert "clock is set anew once" in video.warnings[0]
    assert not video.damaged


def test_a_face_is_found_before_and_after_a_change_of_size(field_case):
    video = Video(field_case("size_switch_portrait.mkv"))
    seen = list(FaceTracker(FaceDetector()).track(video))
    assert [len(faces) for _, faces in seen] == [1] * 60
    sizes = [frame.image.shape[1::-1] for frame, _ in seen]
    assert sizes == [(320, 180)] * 30 + [(180, 324)] * 30
    for frame, (face,) in seen:
        x, y, w, h = face.box
        height, width = frame.image.shape[:2]
        assert 0 < x + w / 2 < width and 0 < y + h / 2 < height
    assert "320x180 to 180x324 at 1.00 s" in video.warnings[0]
