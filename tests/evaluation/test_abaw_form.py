"""Submissions, against lines written by hand."""

import types

import numpy as np
import pytest

from emoaff import labels
from emoaff.evaluation.abaw_form import write_abaw
from emoaff.evaluation.corpus_predictions import CorpusPredictions

NAN = np.nan
# Frames 1, 2 and 4 of the first (0-based), 0 of the second, 2 of the third.
INDEX = np.array([1, 2, 4, 0, 2])
RECORDING = np.array([0, 0, 0, 1, 2])


def predicted(**values):
    def frames_of(number):
        return slice(*np.searchsorted(RECORDING, (number, number + 1)))

    known = types.SimpleNamespace(
        names=("1-30-1280x720", "video2", "24_left"),
        recording=RECORDING,
        index=INDEX,
        split="test",
        frames_of=frames_of,
    )
    classes = values.pop("classes", {})
    values = {name: np.float32(value) for name, value in values.items()}
    return CorpusPredictions(known, values, classes)


def affect():
    return predicted(
        valence=[0.5, NAN, -0.25, 1.5, NAN], arousal=[0, 0, 0.125, -1, NAN]
    )


def lines(path):
    return path.read_text().splitlines()


def test_every_frame_has_a_line_and_repeats_the_last_prediction(tmp_path):
    file = tmp_path / "va.txt"
    # 1, 3 and 4 of the first and all of the third.
    assert write_abaw(affect(), file) == 6
    assert lines(file) == [
        "image_location,valence,arousal",
        "1-30-1280x720/00001.jpg,0.5,0.0",  # the first one after
        "1-30-1280x720/00002.jpg,0.5,0.0",
        "1-30-1280x720/00003.jpg,0.5,0.0",  # a face without an answer
        "1-30-1280x720/00004.jpg,0.5,0.0",  # no face
        "1-30-1280x720/00005.jpg,-0.25,0.125",
        "video2/00001.jpg,1.0,-1.0",  # clipped
        "24_left/00001.jpg,0.0,0.0",  # no prediction at all
        "24_left/00002.jpg,0.0,0.0",
        "24_left/00003.jpg,0.0,0.0",
    ]


def test_missing_frames_may_be_marked_as_annotations_mark_them(tmp_path):
    file = tmp_path / "va.txt"
    write_abaw(affect(), file, missing="marker")
    assert lines(file)[1:4] == [
        "1-30-1280x720/00001.jpg,-5.0,-5.0",
        "1-30-1280x720/00002.jpg,0.5,0.0",
        "1-30-1280x720/00003.jpg,-5.0,-5.0",
    ]


def test_the_organisers_list_decides_which_frames_and_in_which_order(tmp_path):
    wanted = tmp_path / "sample.txt"
    wanted.write_text(
        "image_location,valence,arousal\nvideo2/00001.jpg,\n"
        "video2/00007.jpg,\n1-30-1280x720/00002.jpg,\nvideo9/00001.jpg,\n"
    )
    file = tmp_path / "va.txt"
    with pytest.warns(UserWarning, match="1 recordings of the list.*video9"):
        assert write_abaw(affect(), file, frames=wanted) == 2
    assert lines(file)[1:] == [
        "video2/00001.jpg,1.0,-1.0",
        "video2/00007.jpg,1.0,-1.0",
        "1-30-1280x720/00002.jpg,0.5,0.0",
        "video9/00001.jpg,0.0,0.0",
    ]
    wanted.write_text("video2\n")
    with pytest.raises(ValueError, match="first column image_location"):
        write_abaw(affect(), file, frames=wanted)
    with pytest.raises(FileNotFoundError, match="which is no file"):
        write_abaw(affect(), file, frames=tmp_path / "none.txt")


def test_classes_are_written_in_the_order_of_the_competition(tmp_path):
    space = labels.get("ferplus")
    rows = np.full((5, 8), 0.01)
    said = ("happiness", "contempt", "neutral", "sadness", "fear")
    for row, name in zip(rows, said, strict=True):
        row[space.index(name)] = 0.9
    rows[1, space.index("anger")] = 0.05  # next to contempt, which is none
    rows[4] = NAN
    file = tmp_path / "expr.txt"
    found = predicted(expression=rows, classes={"expression": space.classes})
    write_abaw(found, file)
    header, *rest = lines(file)
    assert header == (
        "image_location,Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,"
        "Other"
    )
    assert [line.split(",")[1] for line in rest] == list("441105000")


def test_action_units_are_found_by_name(tmp_path):
    units = [26, 1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25]
    rows = np.zeros((5, 12))
    rows[0, 0] = rows[0, 1] = 0.5  # 26 and 1
    rows[3] = 0.49
    classes = {"action_units": tuple(f"au_{unit}" for unit in units)}
    file = tmp_path / "au.txt"
    write_abaw(predicted(action_units=rows, classes=classes), file)
    header, first, *_ = lines(file)
    assert header.startswith("image_location,AU1,AU2,AU4")
    assert first == "1-30-1280x720/00001.jpg,1,0,0,0,0,0,0,0,0,0,0,1"


def test_what_cannot_be_written_says_so(tmp_path):
    file = tmp_path / "x.txt"
    with pytest.raises(ValueError, match="5th on.*edition=3.*--predictions"):
        write_abaw(affect(), file, edition=3)
    with pytest.raises(ValueError, match="for the task expr"):
        write_abaw(affect(), file, "expr")
    with pytest.raises(ValueError, match="none of them"):
        write_abaw(predicted(features=np.zeros((5, 2))), file)
    space = labels.get("ferplus").classes
    two = predicted(
        valence=np.zeros(5),
        arousal=np.zeros(5),
        expression=np.ones((5, 8)),
        classes={"expression": space},
    )
    with pytest.raises(ValueError, match="va and expr"):
        write_abaw(two, file)
    with pytest.raises(ValueError, match="missing='drop'"):
        write_abaw(affect(), file, missing="drop")
    assert not file.exists()
