import csv

import numpy as np
import pytest

from emoaff.faces.video import Video
from emoaff.prediction.live_recording import Recording
from emoaff.prediction.live_recording import find_free_name
from emoaff.prediction.row import Row


def test_times_count_from_the_beginning_of_the_recording(tmp_path):
    recording = Recording(tmp_path, (), (64, 48), 7.0)
    image = np.zeros((48, 64, 3), np.uint8)
    for n in range(3):
        time_s = 7.0 + n / 10
        recording.write(image, time_s, [Row(70 + n, time_s)])
    assert not recording.video.exists()  # not before it is whole
    recording.close()
    times = [frame.time_s for frame in Video(recording.video)]
    assert times == pytest.approx([0, 0.1, 0.2], abs=1e-3)
    with recording.table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["time_s"]) for row in rows] == pytest.approx(times)


def test_a_picture_of_another_size_is_left_out_but_not_its_rows(tmp_path):
    recording = Recording(tmp_path, (), (64, 48), 0.0)
    recording.write(np.zeros((48, 64, 3), np.uint8), 0.0, [Row(0, 0.0)])
    recording.write(np.zeros((24, 32, 3), np.uint8), 0.1, [Row(1, 0.1)])
    recording.close()
    assert len(list(Video(recording.video))) == 1
    assert len(recording.table.read_text().splitlines()) == 3


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    first = find_free_name(tmp_path, ".mp4")
    first.with_suffix(".csv").touch()
    second = find_free_name(tmp_path, ".mp4")
    assert second != first and not second.exists()
