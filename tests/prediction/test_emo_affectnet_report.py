import csv

import numpy as np
import pytest

from emoaff.prediction.emo_affectnet_report import open_emo_affectnet_table
from emoaff.prediction.row import Row

CLASSES = ("neutral", "happiness")
HALF = np.float32([0.1, 0.9])


def written(path, rows, lead="empty"):
    with open_emo_affectnet_table(path, CLASSES, lead) as write:
        for row in rows:
            write(row)
    return path.read_text().splitlines()


def row(frame, probabilities=HALF):
    if probabilities is None:
        return Row(frame, frame / 25)
    return Row(frame, frame / 25, 1, (0, 0, 1, 1), 0.9, probabilities)


def test_frames_count_from_one_and_numbers_are_whole(tmp_path):
    third = np.float32([1 / 3, 2 / 3])
    lines = written(tmp_path / "a.csv", [row(0), row(1, third), row(41)])
    assert lines == [
        "frame,Neutral,Happiness",
        "000001,0.1,0.9",
        "000002,0.33333334,0.6666667",
        "000042,0.1,0.9",
    ]
    with (tmp_path / "a.csv").open() as file:
        again = [float(r["Neutral"]) for r in csv.DictReader(file)]
    assert np.float32(again[1]) == third[0]  # nothing is lost


@pytest.mark.parametrize(
    ("lead", "first"),
    [
        ("empty", ["000001,,", "000002,,", "000003,0.1,0.9"]),
        ("absent", ["000003,0.1,0.9"]),
        ("first", ["000001,0.1,0.9", "000002,0.1,0.9", "000003,0.1,0.9"]),
    ],
)
def test_frames_before_the_first_face(lead, first, tmp_path):
    rows = [row(0, None), row(1, None), row(2), row(3, None), row(4)]
    lines = written(tmp_path / "a.csv", rows, lead)
    assert lines[1:] == [*first, "000004,,", "000005,0.1,0.9"]


@pytest.mark.parametrize(("lead", "count"), [("empty", 2), ("absent", 0)])
def test_a_video_without_a_face_is_no_error(lead, count, tmp_path):
    lines = written(tmp_path / "a.csv", [row(0, None), row(1, None)], lead)
    assert len(lines) == 1 + count


def test_an_interrupted_report_is_not_there(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with open_emo_affectnet_table(tmp_path / "a.csv", CLASSES) as write:
            write(row(0))
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
