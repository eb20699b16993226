"""How many files a reader opens to follow a frame to its row."""

import itertools
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

    Traced along the way that `emoaff predict` takes, while rows come in
    mid-video, where faces are detected, tracked, named, cut, answered and
    smoothed, and again while they are numbered and written; nothing is opened
    or loaded then. What is done beside it, such as counting for the summary
    and showing progress, is left out.
    """
    found, traced = set(), threading.Event()

    def note(frame, event, argument):
        if event == "call" and traced.is_set():
            found.add(frame.f_code.co_filename)

    def trace(number):
        if number == _WARM:
            traced.set()
            sys.setprofile(note)
        elif number == _WARM + _TRACED:
            traced.clear()
            sys.setprofile(None)

    timeline = predict_video(CLIP)
    for _ in timeline:  # by then all is loaded and compiled
        pass
    numbers = itertools.count()
    path = tmp_path_factory.mktemp("walk") / "rows.csv"
    before = sys.getprofile()
    # Stages run in threads, which take it when they start.
    threading.setprofile(note)
    try:
        rows = timeline.linked(path.parent, lambda _: trace(next(numbers)))
        with tables.table(path, timeline.classes) as write:
            for number, row in enumerate(rows):
                trace(number)
                write(row)
    finally:
        traced.clear()
        sys.setprofile(before)
        threading.setprofile(None)
    assert number > _WARM + _TRACED
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
    assert "prediction/finishing.py" in walked
    assert "prediction/tables.py" in walked


def test_a_frame_passes_at_most_20_files_on_its_way_to_its_row(walked):
    assert len(walked) <= 20, sorted(walked)


def test_a_frame_passes_at_most_4_rooms_on_its_way_to_its_row(walked):
    rooms = {name.partition("/")[0] for name in walked}
    assert len(rooms) <= 4, sorted(rooms)
