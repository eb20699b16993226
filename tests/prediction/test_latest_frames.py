import threading
import time

import numpy as np
import pytest

from emoaff.prediction import latest_frames
from emoaff.prediction.latest_frames import LatestFrames


class Source:
    """Gives what it is told; a number is a picture of that grey."""

    def __init__(self, given, step_s=0.0):
        self._given, self._step_s = given, step_s
        self.closed = threading.Event()

    def __iter__(self):
        for each in self._given:
            time.sleep(self._step_s)
            if isinstance(each, Exception):
                raise each
            if each is None:
                yield None
            else:
                yield np.full((2, 2, 3), each, np.uint8)

    def close(self):
        self.closed.set()


def test_pictures_that_come_while_one_is_worked_on_are_dropped():
    source = Source(range(30), step_s=0.01)
    frames, seen = LatestFrames(source), []
    for frame in frames:
        seen.append(frame.index)
        assert frame.image[0, 0, 0] == frame.index
        time.sleep(0.05)
    assert seen == sorted(set(seen))
    assert len(seen) < 15
    assert frames.seen == len(seen)
    assert frames.seen + frames.dropped == 30
    assert source.closed.is_set()


def test_times_are_those_at_which_pictures_came():
    frames = LatestFrames(Source(range(4), step_s=0.1))
    times = [frame.time_s for frame in frames]
    assert np.diff(times) == pytest.approx([0.1] * 3, abs=0.08)


def test_a_lost_source_is_said_once_and_again_when_it_is_back(monkeypatch):
    monkeypatch.setattr(latest_frames, "_RETRY_S", 0.01)
    said = []
    frames = LatestFrames(Source([1, None, None, 2], 0.02), said.append)
    assert [frame.index for frame in frames] == [0, 1]
    assert said == [
        "the source gives no pictures; trying again until it does",
        "the source is back",
    ]


def test_what_goes_wrong_in_reading_is_raised_where_frames_are_read():
    frames = LatestFrames(Source([1, ValueError("broken")], 0.05))
    seen = []
    with pytest.raises(ValueError, match="broken"):
        for frame in frames:
            seen.append(frame.index)
    assert seen == [0]


def test_leaving_early_ends_the_reading():
    source = Source(iter(int, 1), step_s=0.01)  # without end
    for _ in LatestFrames(source):
        break
    assert source.closed.wait(5)
