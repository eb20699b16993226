import shutil

import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

# The space: neutral calm happy sad angry fearful disgust surprised.
NEUTRAL, CALM, HAPPY, SAD, FEARFUL, SURPRISED = 0, 1, 2, 3, 5, 7
SMALL = "+find_faces=false+size=32"


def clip(root, name, first=0, count=3):
    """Writes a video of the numbers from `first` on."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "mpeg4" if path.suffix == ".avi" else "libx264"
    images = [numbered(n) for n in range(first, first + count)]
    return write_video(path, images, codec=codec)


def write_source(root):
    speech = "Video_Speech_Actor_01/Actor_01"
    clip(root, f"{speech}/01-01-01-01-01-01-01.mp4", 10, 5)
    clip(root, f"{speech}/02-01-01-01-01-01-01.mp4", 20, 5)
    # Unpacked into a folder of the archive's own name.
    again = root / "Video_Speech_Actor_01" / speech
    again.mkdir(parents=True)
    shutil.copy(root / speech / "01-01-01-01-01-01-01.mp4", again)
    clip(root, "ACTOR02/01-01-02-02-01-01-02.avi", 30)
    clip(root, "Actor_12/02-01-06-01-02-01-12.mp4", 40)
    clip(root, "Actor_03/01-01-08-02-02-02-24.MP4", 50)
    clip(root, "Actor_12/01-02-04-02-01-01-12.mp4", 60)
    clip(root, "Actor_12/01-02-02-01-01-01-12.mp4", 65)
    clip(root, "Actor_05/02-01-03-01-01-01-05.mp4", 70)
    for name in (
        "Actor_05/01-01-03-01-01-01-05.mp4",  # not copied to its end
        "Actor_24/03-01-08-01-02-02-24.wav",
        "Actor_24/03-01-08-01-02-02-24.mp4",
        "Actor_24/._01-01-08-01-02-02-24.mp4",
        "Actor_07/01-01-09-01-01-01-07.mp4",
        "Video_Speech_Actor_04.zip",
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"" if "05" in name else b"no video")
    return root


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("ravdess"))


@pytest.fixture(scope="module")
def speech(own, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    return Built(f"ravdess_video/speech{SMALL}", own, data)


def surveyed(own, tmp_path, config):
    """Name to class of the recordings of a configuration, and the report."""
    builder = corpora.make_builder(f"ravdess_video/{config}", tmp_path)
    report = BuildReport("ravdess_video")
    found = builder.survey(SourceTree(own), report)
    return {
        each.name: int(each.labels.values["expression"][0]) for each in found
    }, report


# What test_contract.py builds.
SMALL_SOURCE = f"ravdess_video/speech{SMALL}", write_source


def test_names_say_emotion_and_actor_of_every_frame(speech):
    expected = {
        # name: (subject, class, number that the first frame shows, frames)
        "01-01-01-01-01-01-01": ("01", NEUTRAL, 10, 5),
        "01-01-02-02-01-01-02": ("02", CALM, 30, 3),
        "01-01-08-02-02-02-24": ("24", SURPRISED, 50, 3),
        "02-01-03-01-01-01-05": ("05", HAPPY, 70, 3),
        "02-01-06-01-02-01-12": ("12", FEARFUL, 40, 3),
    }
    assert set(speech.examples) == {"train"}
    assert sorted(speech.names("train")) == sorted(expected)
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in speech.examples["train"]
    }
    for name, (subject, label, first, count) in expected.items():
        frames = speech.frames(name)
        assert subjects[name] == subject
        assert frames["expression"].tolist() == [label] * count
        assert frames["index"].tolist() == [*range(count)]
        np.testing.assert_allclose(
            frames["time"], np.arange(count) / 25, atol=1e-3
        )
        shown = [number_of(image) for image in frames["image"]]
        assert shown == [first + n for n in range(count)]
        assert np.isnan(frames["valence"]).all()
        assert np.isnan(frames["arousal"]).all()


def test_every_file_that_is_not_used_is_reported(speech):
    silent = "02-01-01-01-01-01-01.mp4"
    again = "Video_Speech_Actor_01/Video_Speech_Actor_01/Actor_01"
    assert speech.left_out() == {
        "takes without sound that are used with sound": [
            f"Video_Speech_Actor_01/Actor_01/{silent}"
        ],
        "copies of a recording that is used": [
            f"{again}/01-01-01-01-01-01-01.mp4"
        ],
        "song, which this configuration leaves out": [
            "Actor_12/01-02-02-01-01-01-12.mp4",
            "Actor_12/01-02-04-02-01-01-12.mp4",
        ],
        "empty": ["Actor_05/01-01-03-01-01-01-05.mp4"],
        "no video by their names": ["Actor_24/03-01-08-01-02-02-24.wav"],
        "sound only by their names": ["Actor_24/03-01-08-01-02-02-24.mp4"],
        "put there by the operating system": [
            "Actor_24/._01-01-08-01-02-02-24.mp4"
        ],
        "videos not named as in RAVDESS": ["Actor_07/01-01-09-01-01-01-07.mp4"],
        "archives; unpack those that hold videos": [
            "Video_Speech_Actor_04.zip"
        ],
    }


def test_what_is_odd_is_noted(speech):
    notes = speech.report["notes"]
    assert any("Actor_03/01-01-08-02-02-02-24.MP4" in note for note in notes)
    assert "2 takes are there without sound only, and used so" in notes


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            "song",
            {"01-02-02-01-01-01-12": CALM, "01-02-04-02-01-01-12": SAD},
        ),
        (
            "song+calm=neutral",
            {"01-02-02-01-01-01-12": NEUTRAL, "01-02-04-02-01-01-12": SAD},
        ),
        ("song+calm=drop", {"01-02-04-02-01-01-12": SAD}),
        (
            "both+modality=01+calm=neutral",
            {
                "01-01-01-01-01-01-01": NEUTRAL,
                "01-01-02-02-01-01-02": NEUTRAL,
                "01-01-08-02-02-02-24": SURPRISED,
                "01-02-02-01-01-01-12": NEUTRAL,
                "01-02-04-02-01-01-12": SAD,
            },
        ),
        (
            "speech+modality=02",
            {
                "02-01-01-01-01-01-01": NEUTRAL,
                "02-01-03-01-01-01-05": HAPPY,
                "02-01-06-01-02-01-12": FEARFUL,
            },
        ),
    ],
)
def test_settings_choose_takes_and_what_calm_is(
    own, tmp_path, config, expected
):
    found, _ = surveyed(own, tmp_path, config)
    assert found == expected


def test_what_a_setting_leaves_out_is_said_with_it(own, tmp_path):
    report = surveyed(own, tmp_path, "song+calm=drop")[1]
    said = report.describe_left_out()
    assert "1 (calm, which calm=drop leaves out)" in said
    # Spoken: five takes, a second file of one, its copy, and an empty file.
    assert "8 (speech, which this configuration leaves out)" in said


def test_an_unknown_value_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match="calm to be one of keep, neutral, dr"):
        corpora.make_builder("ravdess_video/speech+calm=happy", tmp_path)


def test_check_compares_with_the_published_counts(own):
    text = corpora.check("ravdess_video", own)
    assert "train has 5 recordings, published are 1440" in text


def test_a_folder_of_another_corpus_is_refused(tmp_path):
    clip(tmp_path / "own", "DC/a01.mp4")
    with pytest.raises(FileNotFoundError) as refused:
        corpora.prepare("ravdess_video", tmp_path / "own", tmp_path / "data")
    assert "named like 01-01-03-02-01-01-12.mp4" in str(refused.value)
    assert "Found DC." in str(refused.value)
    assert "emoaff corpora ravdess_video" in str(refused.value)


def test_a_copy_of_empty_files_says_so(tmp_path):
    (tmp_path / "01-01-03-02-01-01-12.mp4").touch()
    with pytest.raises(FileNotFoundError, match=r"Left out: 1 \(empty\)"):
        corpora.check("ravdess_video", tmp_path)
