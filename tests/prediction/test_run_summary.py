import csv

import pytest

from emoaff.prediction import tables
from emoaff.prediction.run_summary import Outcome
from emoaff.prediction.run_summary import write_run_summary

CLASSES = ("calm", "joy")
PERSON = {
    "person": 2,
    "name": "anna",
    "rows": 4,
    "first_s": 0.0,
    "last_s": 0.3,
    "seconds": 0.4,
    "shares": {"calm": 0.25, "joy": 0.5},
    "none_named": 0.25,
    "valence": 0.1,
    "arousal": None,
}


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_for_each_file_and_person(tmp_path):
    outcomes = [
        Outcome("v/a.mp4", "done", str(tmp_path / "in/a.csv"), [PERSON] * 2),
        Outcome("v/b.mp4", "kept", str(tmp_path / "b.csv")),
        Outcome("v/c.mp4", "failed", error="v/c.mp4: it is empty."),
    ]
    path = write_run_summary(tmp_path, outcomes, CLASSES)
    first, _, nobody, failed = read(path)
    assert first == {
        "file": "v/a.mp4",
        "result": "in/a.csv",
        "state": "done",
        "person": "2",
        "name": "anna",
        "rows": "4",
        "first_s": "0.0",
        "last_s": "0.3",
        "seconds": "0.4",
        "calm": "0.25",
        "joy": "0.5",
        "valence": "0.1",
        "arousal": "",
        "none_named": "0.25",
        "error": "",
    }
    assert (nobody["state"], nobody["person"], nobody["joy"]) == (
        "kept",
        "",
        "",
    )
    assert failed["result"] == "" and failed["error"].endswith("is empty.")


def test_an_older_summary_is_replaced_and_nothing_else(tmp_path):
    first = write_run_summary(tmp_path, [Outcome("a", "done")], CLASSES)
    again = write_run_summary(tmp_path, [Outcome("b", "done")], ("other",))
    assert first == again == tmp_path / "summary.csv"
    assert [row["file"] for row in read(again)] == ["b"]


@pytest.mark.parametrize("kind", ["result", "own work", "folder"])
def test_what_is_no_summary_is_kept(kind, tmp_path):
    place = tmp_path / "summary.csv"
    if kind == "result":  # of a video called summary.mp4
        with tables.table(place, CLASSES):
            pass
    elif kind == "folder":
        place.mkdir()
    else:
        place.write_text("file,note\n")
    before = place.read_text() if place.is_file() else None
    path = write_run_summary(tmp_path, [Outcome("a", "done")], CLASSES)
    assert path == tmp_path / "summary_2.csv"
    assert before is None or place.read_text() == before


def test_no_name_of_a_file_is_a_formula(tmp_path):
    outcomes = [
        Outcome("=a.mp4", "done", str(tmp_path / "-a.csv")),
        Outcome("@b.mp4", "failed", error="@b.mp4: it is empty."),
    ]
    done, failed = read(write_run_summary(tmp_path, outcomes, CLASSES))
    assert (done["file"], done["result"]) == ("'=a.mp4", "'-a.csv")
    assert failed["error"] == "'@b.mp4: it is empty."
