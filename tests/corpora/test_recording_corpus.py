import numpy as np
import pytest

from emoaff.corpora import recording_corpus
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from emoaff.data.recordings import load_recordings
from tests.corpora import tiny

NAN = float("nan")


def one(root, labels, **footage):
    """A corpus of one recording of a video."""

    def survey(builder, tree, report):
        where = Footage(root / "a.mp4", faces="whole", **footage)
        return [SourceRecording("a", "anna", where, labels)]

    return survey


def test_labels_join_by_frame_number_whatever_their_length(tmp_path):
    tiny.film(tmp_path / "own" / "a.mp4", 100)
    labels = FrameLabels(
        # Frames 98 to 197, of which the video has two.
        {"valence": np.arange(98, 198) / 200, "expression": np.arange(100)},
        frames=np.arange(98, 198),
    )
    made = tiny.corpus(one(tmp_path / "own", labels), LABEL_SPACE=None)

    def survey(builder, tree, report):
        report.classes = [str(number) for number in range(100)]
        return one(tmp_path / "own", labels)(builder, tree, report)

    made.survey = survey
    builder = tiny.build(tmp_path / "own", tmp_path / "data", made)
    found = tiny.frames(builder, "a")
    assert tiny.numbers(found["image"]) == list(range(100))
    np.testing.assert_array_equal(found["index"], np.arange(100))
    np.testing.assert_array_equal(found["expression"], [-1] * 98 + [0, 1])
    expected = np.float32([NAN] * 98 + [98 / 200, 99 / 200])
    np.testing.assert_array_equal(found["valence"], expected)
    assert np.isnan(found["arousal"]).all()
    lengths = [len(e["frames"]["index"]) for e in tiny.examples(builder)]
    assert lengths == [64, 36]


def test_labels_by_time_join_the_times_of_the_video(tmp_path):
    tiny.film(tmp_path / "own" / "a.mp4", 10)
    labels = FrameLabels(
        {"arousal": [-1, 0, 1]}, times=[0.0, 0.1, 0.2], reach_s=0.05
    )
    made = tiny.corpus(one(tmp_path / "own", labels))
    builder = tiny.build(tmp_path / "own", tmp_path / "data", made)
    # Frames at 0, 0.04 | 0.08, 0.12 | 0.16, 0.2, 0.24 s.
    expected = [-1, -1, 0, 0, 1, 1, 1, NAN, NAN, NAN]
    found = tiny.frames(builder, "a")
    np.testing.assert_array_equal(found["arousal"], np.float32(expected))


def test_pictures_of_unknown_rate_have_no_time_and_no_label_by_time(tmp_path):
    root = tmp_path / "own"
    names = [(n, tiny.picture(root / f"{n:03}.png", n).name) for n in (2, 3, 7)]

    def survey(builder, tree, report):
        labels = FrameLabels({"valence": [0.1, 0.2]}, times=[0.0, 1.0])
        where = Footage(root, tuple(names), faces="whole")
        return [SourceRecording("a", "anna", where, labels)]

    config = CropConfig(name="thin", size=32, rate_hz=5, find_faces=False)
    made = tiny.corpus(survey, BUILDER_CONFIGS=[config])
    builder = tiny.build(root, tmp_path / "data", made)
    found = tiny.frames(builder, "a")
    assert np.isnan(found["time"]).all()
    assert np.isnan(found["valence"]).all()
    # At 25 Hz: 0.08 s in the first fifth of a second, as 0.12; 0.28 s.
    np.testing.assert_array_equal(found["index"], [2, 7])
    text = (builder.data_path / "build_report.json").read_text()
    assert "1 recordings do not say their rate, which is taken for 25" in text


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"valence": 1.5}, r"valence in \[-1, 1\], or NaN, in recording 'a'"),
        ({"expression": 7}, r"\[-1, 6\], of 7 classes, in recording 'a'"),
        ({"mood": 1.0}, r"Received: \['mood'\]. Name them in `EXTRA`"),
        ({"emotions": [0.1, 0.2]}, "Expected 3 columns of emotions .*: x, y,"),
    ],
)
def test_labels_that_cannot_be_stored_are_refused_before_the_work(
    tmp_path, monkeypatch, labels, message
):
    tiny.film(tmp_path / "own" / "a.mp4", 2)
    monkeypatch.setattr(recording_corpus, "complete", None)
    made = tiny.corpus(
        one(tmp_path / "own", FrameLabels.constant(**labels)),
        LABEL_SPACE="affectnet_7",
        EXTRA={"emotions": ("x", "y", "z")},
    )
    with pytest.raises(ValueError, match=message):
        made(data_dir=tmp_path / "data").check(tmp_path / "own")
    with pytest.raises(ValueError, match=message):
        tiny.build(tmp_path / "own", tmp_path / "data", made)
    assert tiny.left_behind(tmp_path / "data") == []


def test_two_recordings_of_one_name_are_refused(tmp_path):
    root = tmp_path / "own"

    def survey(builder, tree, report):
        found = tiny.every_video(builder, tree, report)
        return [*found, *found[:1]]

    tiny.film(root / "a.mp4")
    with pytest.raises(ValueError, match="once. Received: 'a', 2 times"):
        tiny.build(root, tmp_path / "data", tiny.corpus(survey))


def test_a_label_of_every_kind_is_stored_and_counted(tmp_path):
    tiny.film(tmp_path / "own" / "a.mp4", 3)
    labels = FrameLabels(
        {
            "emotions": [[0, 1], [NAN, 0.5]],
            "votes": [[1, 0, 9], [0, 0, 0]],
            "action_units": [[1, -1], [NAN, NAN]],
        },
        frames=np.array([0, 2]),
    )
    extra = {
        "emotions": ("x", "y"),
        "votes": ("x", "y", "none"),
        "action_units": ("AU1", "AU2"),
    }
    made = tiny.corpus(one(tmp_path / "own", labels), EXTRA=extra)
    builder = tiny.build(tmp_path / "own", tmp_path / "data", made)
    found = tiny.frames(builder, "a")
    np.testing.assert_array_equal(
        found["emotions"], [[0, 1], [NAN, NAN], [NAN, 0.5]]
    )
    np.testing.assert_array_equal(
        found["votes"], [[1, 0, 9], [NAN] * 3, [0, 0, 0]]
    )
    np.testing.assert_array_equal(
        found["action_units"], [[1, -1], [-1, -1], [-1, -1]]
    )
    text = builder.check(tmp_path / "own")
    counts = dict(line.rsplit(maxsplit=1) for line in text.split("\n")[2:])
    assert counts["with several classes"] == counts["with votes"] == "2"
    assert counts["with action units"] == "1"


def test_more_than_a_thousand_recordings_lie_in_their_order(
    tmp_path, monkeypatch
):
    root = tmp_path / "own"
    tiny.picture(root / "a.png", 200)
    names = [f"recording {number:04}" for number in range(1100)]

    def survey(builder, tree, report):
        where = Footage(root / "a.png", faces="whole")
        labels = [FrameLabels.constant(valence=n / 1100) for n in range(1100)]
        return [
            SourceRecording(name, name, where, label)
            for name, label in zip(names, labels, strict=True)
        ]

    builder = tiny.build(root, tmp_path / "data", tiny.corpus(survey))
    monkeypatch.setattr("emoaff.corpora.require_built", lambda *_: builder)
    monkeypatch.setattr("emoaff.corpora.find_label_space", lambda *_: None)
    found = load_recordings("tiny", "train", tmp_path / "data")
    assert list(found.names) == names
    np.testing.assert_allclose(found.valence, np.arange(1100) / 1100, 1e-6)


def test_several_processes_build_the_same_corpus(tmp_path):
    root = tiny.copies(tmp_path / "own", 5)
    alone = tiny.build(root, tmp_path / "alone")
    several = tiny.build(root, tmp_path / "several", processes=2)
    assert tiny.stored_files(several) == tiny.stored_files(alone)
    assert len(tiny.stored_files(alone)) >= 4
    assert tiny.left_behind(tmp_path) == []


def test_a_check_counts_the_labels_whose_pictures_are_there(tmp_path):
    root = tmp_path / "own"
    for number in (1, 2, 5):
        tiny.picture(root / "a" / f"{number}.png", number)
    pictures = tuple((n, f"a/{n}.png") for n in (1, 2, 5))
    labels = FrameLabels(
        {"valence": [0.1, NAN, 0.3, 0.4], "expression": [0, 0, 1, -1]},
        frames=[1, 2, 3, 4],
    )

    def survey(builder, tree, report):
        report.classes = ["calm", "joy"]
        boxes = {1: (0, 0, 9, 9), 5: (0, 0, 9, 9)}
        whole = Footage(root, pictures, faces="whole")
        cut = Footage(root, pictures, faces="boxes", boxes=boxes)
        return [
            SourceRecording("a", "anna", whole, labels),
            SourceRecording("b", "anna", cut, labels),
        ]

    made = tiny.corpus(survey, LABEL_SPACE=None)
    text = made(data_dir=tmp_path / "data").check(root)
    counts = {
        line[:20].strip(): line.split()[-1]
        for line in text.splitlines()
        if not line.startswith(("left", "note"))
    }
    # 1 and 2 of the first, 1 of the second, which has a box there.
    assert counts["with a class"] == "3"
    assert counts["calm"] == "3"
    assert counts["with valence"] == "2"
    why = "labelled, but its picture is not there"
    # 3 and 4 of both, 2 of the second.
    assert f"left out: 5 ({why}), such as a, frame 3" in text
