import types

import av
import pytest
from av.stream import Disposition

from emoaff.faces import Video
from emoaff.faces import streams
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered

COVER = Disposition.attached_pic


def stream(number, disposition=0, frames=30, codec="h264", size=(64, 48)):
    context = types.SimpleNamespace(name=codec, width=size[0], height=size[1])
    return types.SimpleNamespace(
        index=number,
        type="video",
        disposition=disposition,
        frames=frames,
        codec_context=context,
    )


def opened(*streams, best=0, sound=0):
    """Stands for a container; FFmpeg would take the stream `best`."""
    audio = [types.SimpleNamespace(type="audio")] * sound

    class Streams(list):
        video = list(streams)

    Streams.audio = audio
    Streams.best = staticmethod(lambda kind: streams[best])
    return types.SimpleNamespace(streams=Streams([*streams, *audio]))


@pytest.mark.parametrize(
    ("held", "best", "chosen"),
    [
        ([stream(0), stream(1)], 1, 1),
        ([stream(0, COVER), stream(1)], 0, 1),
        ([stream(0, Disposition.timed_thumbnails), stream(1)], 0, 1),
        ([stream(0, Disposition.dependent, size=(999, 9)), stream(1)], 0, 1),
        # A cover that no flag gives away, larger than the film.
        (
            [stream(0, frames=1, codec="mjpeg", size=(999, 999)), stream(1)],
            0,
            1,
        ),
        # The still that an animation begins with.
        ([stream(0, frames=1, codec="av1"), stream(1, frames=9)], 0, 1),
        ([stream(0, frames=0), stream(1, frames=0)], 0, 0),
    ],
)
def test_the_stream_of_moving_pictures_is_chosen(held, best, chosen):
    found = streams.choose_video_stream(opened(*held, best=best), "a.mp4")
    assert found.index == chosen


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            opened(stream(0, Disposition.attached_pic), sound=1),
            "only sound and",
        ),
        (
            opened(stream(0, frames=1, codec="png"), sound=1),
            "only sound and a still",
        ),
        (opened(stream(0, COVER)), "only a still cover"),
        (opened(stream(0, Disposition.dependent)), "a still picture or parts"),
    ],
)
def test_files_without_moving_pictures_say_what_they_hold(held, said):
    with pytest.raises(ValueError, match=f"a.mp4: expected.*{said}"):
        streams.choose_video_stream(held, "a.mp4")


def write_two(path, sizes, counts=(30, 30)):
    """Writes one video stream for each size, the numbers in each."""
    with av.open(str(path), "w") as container:
        written = []
        for width, height in sizes:
            each = container.add_stream("libx264", rate=25)
            each.width, each.height, each.pix_fmt = width, height, "yuv420p"
            written.append(each)
        for each, count in zip(written, counts, strict=True):
            for number in range(count):
                frame = av.VideoFrame.from_ndarray(numbered(number), "rgb24")
                frame = frame.reformat(each.width, each.height)
                frame.pts = number
                container.mux(each.encode(frame))
            container.mux(each.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_a_second_video_stream_is_said(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    video = Video(write_two(path, [(128, 96), (64, 48)]))
    frames = list(video)
    assert [number_of(frame.image) for frame in frames] == list(range(30))
    assert frames[0].image.shape == (96, 128, 3)
    assert video.warnings == [
        "it has 2 video streams; only number 0 (128x96) was looked at, not "
        "that of 64x48"
    ]
    assert not video.damaged


def test_a_still_beside_a_film_is_not_a_second_one(tmp_path):
    path = write_two(tmp_path / "a.mp4", [(128, 96), (64, 48)], (30, 1))
    video = Video(path)
    assert len(list(video)) == 30
    assert video.warnings == []


def test_streams_that_hold_nothing_do_not_count():
    film = stream(0)
    empty, cover = stream(1, size=(0, 0)), stream(2, COVER)
    held = opened(film, empty, cover, stream(3, frames=0, size=(8, 6)))
    said = streams.describe_other_streams(held, film)
    assert said.endswith("(64x48) was looked at, not that of 8x6")
    held = opened(film, empty, cover)
    assert streams.describe_other_streams(held, film) == ""


def test_one_stream_is_no_news(tmp_path):
    video = Video(write_numbered(tmp_path / "a.mkv", 10))
    assert len(list(video)) == 10
    assert video.warnings == []
