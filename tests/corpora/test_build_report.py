import json

import numpy as np
import pytest

from emoaff.corpora.build_report import BuildReport

NAN = float("nan")


@pytest.fixture
def report():
    made = BuildReport("own/default")
    made.classes = ["calm", "angry"]
    made.begin("train")
    return made


def test_labels_are_counted_by_kind_and_class(report):
    report.add_rows(
        "train",
        {
            "valence": np.array([0.1, NAN, -1.0]),
            "expression": np.array([1, -1, 1]),
            "emotions": np.array([[NAN, 0], [NAN, NAN], [1, 1]]),
        },
    )
    report.add_rows("train", {"expression": np.array([0])})
    counts = report.counts("train")
    assert (counts["valence"], counts["arousal"]) == (2, 0)
    assert (counts["expression"], counts["emotions"]) == (3, 2)
    assert counts["classes"] == {"calm": 1, "angry": 2}


def test_a_person_is_counted_once_and_nobody_not_at_all(report):
    for subject in ("anna", "ben", "anna", ""):
        report.add_subject("train", subject)
    assert report.counts("train")["subjects"] == 2


def test_what_is_left_out_is_counted_with_the_first_names(report):
    for number in reversed(range(50)):
        report.leave_out("empty", f"{number:02}.mp4")
    report.leave_out("no face found", "a.mp4")
    assert report.describe_left_out() == (
        "50 (empty), such as 00.mp4; 1 (no face found), such as a.mp4"
    )
    (empty, _) = report.to_dict()["left_out"]
    assert empty["count"] == 50
    assert len(empty["names"]) == 20
    assert empty["names"][0] == "00.mp4"
    assert BuildReport("own").describe_left_out() == "nothing"


def test_notes_follow_from_the_counts(report):
    report.add_rows("train", {"expression": np.array([0])})
    report.add("train", other_people=1)
    report.damage("b.mp4", "cut short")
    report.damage("a.mp4", "torn")
    report.note("said")
    report.note("said")
    report.finish()
    assert report.notes == [
        "said",
        "damaged files, used as far as they can be read: 2, such as a.mp4 "
        "(torn)",
        "train has no frame of the class 'angry'",
        "train leaves out 1 other person: one is kept of each recording",
    ]


def test_a_split_without_any_class_is_noted_once(report):
    report.finish()
    assert report.notes == ["train has no frame with a class"]


def test_counts_are_compared_with_the_published(report):
    report.add("train", recordings=3, frames=9)
    published = {"train": {"recordings": 3, "frames": 10}, "test": {}}
    report.compare(published, ("recordings",))
    assert report.notes == ["there is no test, which publications have"]
    report.compare(published, ("recordings", "frames"))
    assert report.notes[1:] == ["train has 9 frames, published are 10"]


def test_the_text_is_a_table_of_the_splits(report):
    report.begin("test")
    report.add("train", recordings=12, frames=340, frames_read=350)
    report.add("test", recordings=1, frames=2, frames_read=2, votes=2)
    report.add_rows("train", {"expression": np.array([1, 1])})
    report.leave_out("empty", "a.mp4")
    report.note("said")
    lines = report.to_text().split("\n")
    assert lines[0] == "own/default"
    assert [line.split() for line in lines[1:]] == [
        ["train", "test"],
        ["recordings", "12", "1"],
        ["subjects", "0", "0"],
        ["frames", "read", "350", "2"],
        ["frames", "stored", "340", "2"],
        ["with", "valence", "0", "0"],
        ["with", "arousal", "0", "0"],
        ["with", "a", "class", "2", "0"],
        ["with", "votes", "0", "2"],
        ["calm", "0", "0"],
        ["angry", "2", "0"],
        "left out: 1 (empty), such as a.mp4".split(),
        "note: said".split(),
    ]
    assert len({len(line) for line in lines[1:12]}) == 1


def test_what_is_written_can_be_read_again(report, tmp_path):
    report.leave_out("empty", "\u00e9t\u00e9.mp4")
    path = report.write(tmp_path, fingerprint="0")
    read = json.loads(path.read_text("utf-8"))
    assert read == report.to_dict(fingerprint="0")
    assert read["left_out"][0]["names"] == ["\u00e9t\u00e9.mp4"]
    assert read["dataset"] == "own/default"
    assert read["classes"] == ["calm", "angry"]
