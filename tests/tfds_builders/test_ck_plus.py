import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from emoaff.data.recordings import load_recordings
from emoaff.data.subject_splits import split_by_subject
from emoaff.faces import Video
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.sample import CLIP
from tests.tfds_builders.built import Built

WHOLE = "+find_faces=false+size=64"
IMAGES = "extended-cohn-kanade-images/cohn-kanade-images"
EMOTIONS = "Emotion_labels/Emotion"
SPACE = labels.get("ck_plus")
HAPPY, ANGER, FEAR = map(SPACE.index, ("happy", "anger", "fear"))
NEUTRAL = SPACE.index("neutral")


def sequence(root, name, numbers, suffix=".png", grey=True):
    """Pictures of a sequence; each shows the number of its file's name."""
    folder = root / name.replace("_", "/")
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        picture = numbered(number)
        _, data = cv2.imencode(suffix, picture[..., 0] if grey else picture)
        path = folder / f"{name}_{number:08d}{suffix}"
        path.write_bytes(data.tobytes())
    return folder


def emotion(root, name, number, text):
    path = root / name.replace("_", "/") / f"{name}_{number:08d}_emotion.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_corpus(root):
    images, emotions = root / IMAGES, root / EMOTIONS
    sequence(images, "S005_001", range(1, 7))
    emotion(emotions, "S005_001", 6, "   5.0000000e+00\n")
    sequence(images, "S005_002", range(1, 4), grey=False)  # has no emotion
    (emotions / "S005" / "002").mkdir(parents=True)
    sequence(images, "S010_001", [1, 2, 5, 6])  # a gap
    emotion(emotions, "S010_001", 6, "   1.0000000e+00")
    sequence(images, "S011_003", [3, 4])  # cut off at both ends
    emotion(emotions, "S011_003", 9, "   4.0000000e+00\n")
    sequence(images, "S999_001", [1])  # one picture is both ends
    emotion(emotions, "S999_001", 1, "4")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("ck_plus") / "own"
    write_corpus(root)
    sequence(root / IMAGES / "copy", "S005_001", [1])
    sequence(root / IMAGES, "S005_001", [2], ".jpg")
    (root / IMAGES / "S005" / ".DS_Store").write_bytes(b"x")
    others = {
        f"{IMAGES}/S005/001/S005_001_00000007.png": b"",
        "Landmarks/S005/001/S005_001_00000001_landmarks.txt": b"1 2",
        f"{EMOTIONS}/S777/001/S777_001_00000003_emotion.txt": b"   3.0",
        f"{EMOTIONS}/S005/002/S005_002_00000003_emotion.txt": b"",
        f"Emotion/{EMOTIONS}/S005/001/S005_001_00000006_emotion.txt": b" 5.0",
    }
    for name, data in others.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.fixture(scope="module")
def peak(root):
    return Built(f"ck_plus/peak{WHOLE}", root, root.parent / "peak")


# What test_contract.py builds.
SMALL_SOURCE = f"ck_plus/peak{WHOLE}", write_corpus


def test_the_first_picture_is_neutral_and_the_last_has_the_emotion(peak):
    frames = peak.frames("S005_001")
    assert [number_of(each) for each in frames["image"]] == [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(frames["index"], [0, 1, 2, 3, 4, 5])
    np.testing.assert_array_equal(
        frames["expression"], [NEUTRAL, -1, -1, -1, -1, HAPPY]
    )
    assert np.isnan(frames["time"]).all()
    assert np.isnan(frames["valence"]).all()


def test_a_sequence_without_emotion_begins_neutral(peak):
    frames = peak.frames("S005_002")
    np.testing.assert_array_equal(frames["expression"], [NEUTRAL, -1, -1])
    assert frames["image"].shape == (3, 64, 64, 3)


def test_a_gap_in_the_numbers_keeps_labels_on_their_pictures(peak):
    frames = peak.frames("S010_001")
    np.testing.assert_array_equal(frames["index"], [0, 1, 4, 5])
    assert [number_of(each) for each in frames["image"]] == [1, 2, 5, 6]
    np.testing.assert_array_equal(
        frames["expression"], [NEUTRAL, -1, -1, ANGER]
    )


def test_a_half_copied_sequence_takes_no_other_pictures_label(peak):
    frames = peak.frames("S011_003")
    np.testing.assert_array_equal(frames["index"], [2, 3])
    np.testing.assert_array_equal(frames["expression"], [-1, -1])


def test_an_only_picture_has_the_emotion(peak):
    np.testing.assert_array_equal(peak.frames("S999_001")["expression"], [FEAR])


def test_people_are_subjects_and_all_is_train(peak):
    assert list(peak.examples) == ["train"]
    found = {
        e["recording"].decode(): e["subject"].decode()
        for e in peak.examples["train"]
    }
    assert found == {
        "S005_001": "S005",
        "S005_002": "S005",
        "S010_001": "S010",
        "S011_003": "S011",
        "S999_001": "S999",
    }
    assert list(found) == sorted(found)


def test_the_report_names_what_is_left_out_and_why(peak):
    assert peak.left_out() == {
        "empty": [
            f"{EMOTIONS}/S005/002/S005_002_00000003_emotion.txt",
            f"{IMAGES}/S005/001/S005_001_00000007.png",
        ],
        "a picture that is there before": [
            f"{IMAGES}/S005/001/S005_001_00000002.jpg",
            f"{IMAGES}/copy/S005/001/S005_001_00000001.png",
        ],
        "an emotion that is there before": [
            f"Emotion/{EMOTIONS}/S005/001/S005_001_00000006_emotion.txt"
        ],
        "an emotion without pictures": [
            f"{EMOTIONS}/S777/001/S777_001_00000003_emotion.txt"
        ],
        "an emotion whose picture is not there": [
            f"{EMOTIONS}/S011/003/S011_003_00000009_emotion.txt"
        ],
        "neutral labels whose picture, the first, is not there": ["S011_003"],
        "no picture or emotion of a sequence by their names": [
            "Landmarks/S005/001/S005_001_00000001_landmarks.txt"
        ],
        "put there by the operating system": [f"{IMAGES}/S005/.DS_Store"],
    }
    notes = peak.report["notes"]
    assert "4 sequences have an emotion, published are 327" in notes
    # Neutral: the first pictures of S005_001, S005_002 and S010_001.
    assert peak.report["splits"]["train"]["classes"]["neutral"] == 3
    assert peak.report["splits"]["train"]["expression"] == 6


def test_last_three_labels_labelled_sequences_only(root):
    name = f"ck_plus/last_three{WHOLE}"
    built = Built(name, root, root.parent / "last_three")
    expected = {
        "S005_001": [NEUTRAL, -1, -1, HAPPY, HAPPY, HAPPY],
        "S005_002": [-1, -1, -1],
        "S010_001": [NEUTRAL, -1, ANGER, ANGER],  # 4 is not there
        "S999_001": [FEAR],
    }
    for recording, expression in expected.items():
        np.testing.assert_array_equal(
            built.frames(recording)["expression"], expression
        )
    recordings = load_recordings(name, "train", root.parent / "last_three")
    assert recordings.space == SPACE
    parts = split_by_subject(
        recordings.subjects, {"train": 0.75, "validation": 0.25}
    )
    people = [{recordings.subjects[i] for i in p} for p in parts.values()]
    assert not people[0] & people[1]


@pytest.mark.parametrize(
    ("settings", "neutral", "happy"),
    [
        ("neutral=none", 0, 1),
        ("neutral=labelled", 2, 1),
        ("neutral=all+apex_frames=2", 3, 2),
        ("apex_frames=9", 3, 5),  # of six pictures the first stays neutral
    ],
)
def test_settings_change_what_is_labelled(root, settings, neutral, happy):
    text = corpora.check(f"ck_plus/peak+{settings}", root)
    lines = [line.split() for line in text.split("\n")]
    assert ["neutral", str(neutral)] in lines
    assert ["happy", str(happy)] in lines


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("neutral=some", "all, labelled, none.*'some'"),
        ("apex_frames=0", "apex_frames=0"),
        ("rate_hz=5", "frame rate of CK\\+ is not known.*5"),
    ],
)
def test_settings_that_mean_nothing_are_refused(root, setting, message):
    with pytest.raises(ValueError, match=message):
        corpora.check(f"ck_plus/peak+{setting}", root)


def test_faces_are_followed_through_pictures(tmp_path):
    folder = tmp_path / "own" / "S005" / "001"
    folder.mkdir(parents=True)
    frames = [frame for frame, _ in zip(Video(CLIP), range(3), strict=False)]
    for number, frame in enumerate(frames, start=1):
        path = folder / f"s005_001_{number:08d}.PNG"
        cv2.imwrite(str(path), cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
    emotion(tmp_path / "own", "S005_001", 3, "   7.0000000e+00\n")
    built = Built("ck_plus", tmp_path / "own", tmp_path / "data")
    found = built.frames("S005_001")
    np.testing.assert_array_equal(
        found["expression"], [NEUTRAL, -1, SPACE.index("surprise")]
    )
    assert found["image"].shape == (3, 160, 160, 3)


def test_pictures_numbered_from_0_keep_their_order(tmp_path):
    sequence(tmp_path / "own", "S005_001", range(0, 3))
    emotion(tmp_path / "own", "S005_001", 2, "3")
    built = Built(f"ck_plus/peak{WHOLE}", tmp_path / "own", tmp_path / "data")
    frames = built.frames("S005_001")
    np.testing.assert_array_equal(frames["index"], [0, 1, 2])
    np.testing.assert_array_equal(frames["expression"], [0, -1, 3])


@pytest.mark.parametrize("text", ["8", "2.5", "-1", "happy", "nan"])
def test_an_emotion_that_does_not_exist_is_refused(tmp_path, text):
    sequence(tmp_path, "S005_001", [1, 2])
    path = emotion(tmp_path, "S005_001", 2, text)
    with pytest.raises(ValueError, match=f"0 to 7 in {path}.*'{text}'"):
        corpora.check("ck_plus", tmp_path)


def test_two_emotions_of_one_sequence_are_refused(tmp_path):
    sequence(tmp_path, "S005_001", [1, 2])
    emotion(tmp_path, "S005_001", 2, "3")
    emotion(tmp_path / "again", "S005_001", 2, "4")
    with pytest.raises(ValueError, match="one emotion of S005_001.*3.*4"):
        corpora.check("ck_plus", tmp_path)


def test_pictures_alone_are_built_neutral(tmp_path):
    sequence(tmp_path, "S005_001", [1, 2])
    text = corpora.check("ck_plus", tmp_path)
    assert "0 sequences have an emotion, published are 327" in text
    assert "train has 1 recordings, published are 593" in text


def test_last_pictures_alone_are_refused(tmp_path):
    path = tmp_path / "CK+48" / "anger" / "S010_004_00000017.png"
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), numbered(17))
    with pytest.raises(FileNotFoundError, match="_emotion.txt.*CK\\+48"):
        corpora.check("ck_plus", tmp_path)


def test_another_folder_is_refused_with_what_was_looked_for(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(FileNotFoundError) as error:
        corpora.check("ck_plus", tmp_path)
    for words in ("S005_001_00000001.png", "notes.txt", "corpora ck_plus"):
        assert words in str(error.value)
