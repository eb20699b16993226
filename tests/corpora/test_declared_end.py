import numpy as np
import pytest

from emoaff.corpora.declared_end import mark_labels_after_end
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from tests.corpora import tiny


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    tiny.film(path, 10)  # frames at 0, 0.04, ... 0.36 s
    return path


def test_labels_of_frames_that_a_video_does_not_have_are_marked(film):
    labels = FrameLabels({"valence": np.zeros(4)}, frames=[0, 9, 10, 99])
    marks = mark_labels_after_end(labels, film)
    assert marks.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        # From its time on: there is no frame at 0.4 s and after.
        ({"ahead": True, "reach_s": 0.1}, [False, False, True, True]),
        # Nearest: that of 0.42 s may still be the last frame's.
        ({"reach_s": 0.06}, [False, False, False, True]),
    ],
)
def test_labels_by_time_are_marked_once_they_reach_no_frame(
    film, how, expected
):
    times = [0.0, 0.36, 0.42, 0.9]
    labels = FrameLabels({"valence": np.zeros(4)}, times=times, **how)
    assert mark_labels_after_end(labels, film).tolist() == expected


def test_nothing_is_marked_where_nothing_is_known(film, tmp_path):
    whole = FrameLabels.constant(valence=0.5)
    assert not mark_labels_after_end(whole, film).any()
    (tmp_path / "b.mp4").write_bytes(b"x")
    late = FrameLabels({"valence": np.zeros(1)}, frames=[99])
    assert not mark_labels_after_end(late, tmp_path / "b.mp4").any()


def test_a_check_counts_what_building_will_store(tmp_path):
    tiny.film(tmp_path / "own" / "a.mp4", 10)
    labels = FrameLabels({"valence": np.zeros(15)}, frames=np.arange(15))

    def survey(builder, tree, report):
        where = Footage(tmp_path / "own" / "a.mp4", faces="whole")
        return [SourceRecording("a", "anna", where, labels)]

    made = tiny.corpus(survey)
    text = made(data_dir=tmp_path / "data").check(tmp_path / "own")
    (line,) = (row for row in text.splitlines() if "with valence" in row)
    assert line.split()[-1] == "10"
    why = "labelled after the end that its video declares"
    assert f"left out: 5 ({why}), such as a, frame 10" in text
    built = tiny.build(tmp_path / "own", tmp_path / "data", made)
    assert np.isfinite(tiny.frames(built, "a")["valence"]).sum() == 10


@pytest.mark.parametrize(
    ("labels", "looked", "built", "why"),
    [
        (FrameLabels.constant(valence=0.5), 1, 10, "a label of a whole"),
        # Five ratings a second, of ten frames at 25: rows at 0 and .2 s, which
        # reach .1 s: frames 0 to 2 (.08 s), and 3 (.12 s) to 7 (.28 s).
        (
            FrameLabels(
                {"valence": np.zeros(2)}, times=[0.0, 0.2], reach_s=0.1001
            ),
            2,
            8,
            "a row with a time once",
        ),
        (
            FrameLabels({"valence": np.zeros(4)}, frames=np.arange(4)),
            4,
            4,
            "",
        ),
    ],
)
def test_a_check_says_why_a_build_counts_other_numbers(
    tmp_path, labels, looked, built, why
):
    tiny.film(tmp_path / "own" / "a.mp4", 10)

    def survey(builder, tree, report):
        where = Footage(tmp_path / "own" / "a.mp4", faces="whole")
        return [SourceRecording("a", "anna", where, labels)]

    made = tiny.corpus(survey)
    text = made(data_dir=tmp_path / "data").check(tmp_path / "own")
    (line,) = (row for row in text.splitlines() if "with valence" in row)
    assert line.split()[-1] == str(looked)
    said = [row for row in text.splitlines() if row.startswith("counted: ")]
    assert [row[9:].startswith(why) for row in said] == ([True] if why else [])
    done = tiny.build(tmp_path / "own", tmp_path / "data", made)
    assert np.isfinite(tiny.frames(done, "a")["valence"]).sum() == built
