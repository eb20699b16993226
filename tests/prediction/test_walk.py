"""How many files a reader opens to follow a frame to its row."""

import pathlib
import sys
import threading

import pytest

import emoaff
from emoaff.prediction import tables
from emoaff.prediction.video import predict_video
from tests.sample import CLIP

_ROOT = pathlib.Path(emoaff.__file__).parent
_WARM, _TRACED = 20, 50  # rows


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The files of the package that run while frames become rows.

    Traced in mid-video, where faces are detected, tracked, named, cut,
    answered, smoothed and written, and nothing is opened or loaded.
    """
    found, traced = set(), threading.Event()

    def note(frame, event, argument):
        if event == "call" and traced.is_set():
            found.add(frame.f_code.co_filename)

    timeline = predict_video(CLIP)
    for _ in timeline:  # by then all is loaded and compiled
        pass
    # Stages run in threads, which take it when they start.
    threading.setprofile(note)
    rows = iter(timeline)
    path = tmp_path_factory.mktemp("walk") / "rows.csv"
    with tables.table(path, timeline.classes) as write:
        for _ in range(_WARM):
            write(next(rows))
        before = sys.getprofile()
        sys.setprofile(note)
        traced.set()
        try:
            for _ in range(_TRACED):
                write(next(rows))
        finally:
            traced.clear()
            sys.setprofile(before)
            threading.setprofile(None)
            rows.close()
    paths = (pathlib.Path(name) for name in found)
    return {
        path.relative_to(_ROOT).as_posix()
        for path in paths
        if path.is_relative_to(_ROOT)
    }


def test_the_walk_starts_at_the_video_and_ends_at_the_table(walked):
    assert "faces/video.py" in walked
    assert "faces/detect.py" in walked
    assert "presets/preset.py" in walked
    assert "prediction/tables.py" in walked


def test_a_frame_passes_at_most_20_files_on_its_way_to_its_row(walked):
    assert len(walked) <= 20, sorted(walked)


def test_a_frame_passes_at_most_4_rooms_on_its_way_to_its_row(walked):
    rooms = {name.partition("/")[0] for name in walked}
    assert len(rooms) <= 4, sorted(rooms)
