import math
import types

import numpy as np
import pytest

from emoaff.prediction.person_tally import PersonTally
from emoaff.prediction.row import Row
from emoaff.prediction.summary import align_columns
from emoaff.prediction.summary import describe_result
from emoaff.prediction.summary import show_percent
from emoaff.prediction.summary import story

CLASSES = ("neutral", "anger", "joy")


def tally(shown, step_s=0.1, classes=CLASSES, **more):
    """Of names of classes and reasons for doubt, one a row."""
    made = PersonTally(classes, step_s)
    for n, name in enumerate(shown):
        values = {"doubt": name, **more}
        if name in classes:
            smoothed = np.full(len(classes), 0.02, np.float32)
            smoothed[classes.index(name)] = 0.96
            values = {"probabilities": smoothed, "smoothed": smoothed, **more}
        made.add(Row(n, n / 10, 1, (0, 0, 9, 9), 0.9, **values))
    made.close()
    return made


def timeline(*tallies, kind="video", classes=CLASSES, name="clip.mp4"):
    frames = max((each.rows for each in tallies), default=9)
    return types.SimpleNamespace(
        path=types.SimpleNamespace(name=name),
        kind=kind,
        classes=classes,
        frames=frames,
        frames_with_face=frames,
        tally_of=dict(enumerate(tallies, start=1)),
        names={},
        damaged=False,
        warnings=["its clock is odd"],
        label=None,
        confidence_at_most=0.95,
    )


def test_a_video_has_aligned_lines_of_what_each_person_showed(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    first = ["joy"] * 6 + ["anger"] * 3 + ["small"] * 1 + ["joy"] * 10
    second = ["neutral"] * 20
    lines = list(story(timeline(tally(first), tally(second))))
    assert lines[0] == "clip.mp4: 20 frames, 2 people, a face in 20"
    assert lines[1:3] == [
        "  person 1  0.0-1.9 s  joy 80 %, anger 15 %  held: 2 x joy  "
        "none named 5 %: small",
        "  person 2  0.0-1.9 s  neutral 100 %",
    ]
    assert lines[3] == "  note: its clock is odd"


def test_only_the_three_longest_are_named():
    classes = ("neutral", "a", "b", "c")
    shown = ["a"] * 4 + ["b"] * 3 + ["c"] * 2 + ["neutral"]
    (_, line, _) = story(timeline(tally(shown, classes=classes)))
    assert "a 40 %, b 30 %, c 20 %" in line and "neutral" not in line


@pytest.mark.parametrize(
    ("shown", "more", "answer"),
    [
        (["joy"], {}, "joy, probability 96 %"),
        (["turned away"], {}, "no clear expression, turned away"),
        (
            ["joy"],
            {"valence": 0.5, "arousal": -0.25},
            "joy, probability 96 %, valence +0.50, arousal -0.25",
        ),
    ],
)
def test_a_picture_of_one_says_the_answer_at_once(shown, more, answer):
    lines = list(story(timeline(tally(shown, 0.0, **more), kind="picture")))
    assert lines[0] == f"clip.mp4: {answer}"


def test_a_picture_of_several_says_one_answer_each():
    people = tally(["joy"], 0.0), tally(["small"], 0.0)
    assert list(story(timeline(*people, kind="picture")))[:3] == [
        "clip.mp4: picture, 2 people",
        "  person 1: joy, probability 96 %",
        "  person 2: no clear expression, small",
    ]


def test_without_a_face_it_says_so():
    (line, _) = story(timeline())
    assert line == "clip.mp4: 9 frames, no face found; its rows have no values"
    (line, _) = story(timeline(kind="picture"))
    assert line.startswith("clip.mp4: picture, no face found")


def test_a_model_without_expressions_says_nothing_of_them():
    rows = tally([""] * 9, classes=(), valence=0.1, arousal=0.2)
    (_, line, _) = story(timeline(rows, classes=()))
    assert line == "  person 1  0.0-0.8 s  valence +0.10, arousal +0.20"
    rows = tally([""], 0.0, classes=())
    (line, _) = story(timeline(rows, kind="picture", classes=()))
    assert line == "clip.mp4: 1 person"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_columns_stay_aligned_and_within_the_width(width):
    lines = [
        ["person 1", "0.0-1.9 s", "word " * 12, "", "x" * 30],
        ["person 12", "0.0-101.9 s", "word", "", "y [red]z[/red] :smile:"],
    ]
    got = list(align_columns(lines, width))
    assert max(map(len, got)) <= width
    starts = [line.index("0.0-") for line in got if "0.0-" in line]
    assert starts == [13, 13]
    # What looks like markup is text; nothing is cut off.
    text = " ".join(" ".join(line.split()) for line in got)
    assert text.count("word") == 13
    assert width < 80 or "y [red]z[/red] :smile:" in text


def test_other_programs_get_the_same_in_numbers():
    first = ["joy"] * 6 + ["small"] * 2
    said = describe_result(timeline(tally(first)), ["out/clip.csv"])
    (person,) = said["people"]
    assert said["files"] == ["out/clip.csv"]
    assert said["warnings"] == ["its clock is odd"]
    assert person == {
        "person": 1,
        "rows": 8,
        "first_s": 0.0,
        "last_s": 0.7,
        "seconds": 0.8,
        "shares": {"joy": 0.75},
        "mean_strength": 0.95,
        "events": {"joy": 1},
        "none_named": 0.25,
        "doubts": {"small": 0.25},
        "valence": None,
        "arousal": None,
    }
    assert not math.isnan(person["mean_strength"])


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "<1 %"),
        (0.08, "8 %"),
        (0.9999, ">99 %"),
        (1, "100 %"),
    ],
)
def test_all_and_none_are_said_of_all_and_none_alone(share, text):
    assert show_percent(share) == text


def test_people_with_names_are_told_by_them():
    said = timeline(tally(["joy"] * 10), tally(["joy"] * 10))
    said.names = {2: "anna"}
    _, first, second, *_ = story(said)
    assert first.startswith("  person 1        0.0-")
    assert second.startswith("  person 2, anna  0.0-")
    people = describe_result(said, [])["people"]
    assert [each.get("name") for each in people] == [None, "anna"]
