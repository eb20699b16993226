import shutil

import numpy as np
import pytest

from emoaff import corpora
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

# The space: anger disgust fear happiness neutral sadness surprise.
ANGER, DISGUST, FEAR, HAPPINESS, NEUTRAL, SADNESS, SURPRISE = range(7)
FOLDER = "AudioVisualClip/AudioVisualClip"
SMALL = "+find_faces=false+size=32"


def clip(root, name, first=0, count=3):
    """Writes a video of the numbers from `first` on."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "libx264" if path.suffix == ".mp4" else "mpeg4"
    images = [numbered(n) for n in range(first, first + count)]
    return write_video(path, images, codec=codec)


def write_source(root):
    clip(root, f"{FOLDER}/DC/a01.avi", 10, 4)
    clip(root, f"{FOLDER}/DC/sa01.avi", 20)
    clip(root, f"{FOLDER}/DC/su1.avi", 30)
    clip(root, f"{FOLDER}/je/n30.AVI", 40)
    clip(root, "AudioVisualClip/JK/d15.mp4", 50)
    clip(root, "KL_h07.avi", 60)
    clip(root, "flat/kl_f2.avi", 70)
    clip(root, f"{FOLDER}/JE/KL_n02.avi", 80)
    clip(root, "unsorted/a05.avi")
    clip(root, f"{FOLDER}/DC/s01.avi")
    shutil.copy(root / f"{FOLDER}/DC/a01.avi", root / "flat/DC_a1.avi")
    for name in (
        "AudioData/DC/a01.wav",
        f"{FOLDER}/DC/Thumbs.db",
        f"{FOLDER}/DC/._a01.avi",
        f"{FOLDER}/DC/h03.avi",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"no video")
    return root


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("savee"))


@pytest.fixture(scope="module")
def clips(own, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    return Built(f"savee_video/clips{SMALL}", own, data)


# What test_contract.py builds.
SMALL_SOURCE = f"savee_video/clips{SMALL}", write_source


def test_speaker_and_emotion_come_from_names_and_folders(clips):
    expected = {
        # name: (class, number that the first frame shows, frames)
        "DC_a01": (ANGER, 10, 4),
        "DC_sa01": (SADNESS, 20, 3),
        "DC_su01": (SURPRISE, 30, 3),
        "JE_n30": (NEUTRAL, 40, 3),
        "JK_d15": (DISGUST, 50, 3),
        "KL_f02": (FEAR, 70, 3),
        "KL_h07": (HAPPINESS, 60, 3),
        "KL_n02": (NEUTRAL, 80, 3),
    }
    assert clips.names("train") == sorted(expected)
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in clips.examples["train"]
    }
    assert subjects == {name: name[:2] for name in expected}
    for name, (label, first, count) in expected.items():
        frames = clips.frames(name)
        assert frames["expression"].tolist() == [label] * count
        assert frames["index"].tolist() == [*range(count)]
        shown = [number_of(image) for image in frames["image"]]
        assert shown == [first + n for n in range(count)]
        assert np.isnan(frames["valence"]).all()


def test_every_file_that_is_not_used_is_reported(clips):
    assert clips.left_out() == {
        "copies of a recording that is used": [f"{FOLDER}/DC/a01.avi"],
        "of no speaker by their names and folders": ["unsorted/a05.avi"],
        "videos not named as in SAVEE": [f"{FOLDER}/DC/s01.avi"],
        "no video by their names": ["AudioData/DC/a01.wav"],
        "put there by the operating system": [
            f"{FOLDER}/DC/._a01.avi",
            f"{FOLDER}/DC/Thumbs.db",
        ],
        "cannot be read": ["DC_h03"],
    }
    notes = clips.report["notes"]
    assert any(f"{FOLDER}/JE/KL_n02.avi" in note for note in notes)


def test_check_compares_with_the_published_counts(own):
    text = corpora.check("savee_video", own)
    assert "train has 9 recordings, published are 480" in text


def test_a_folder_with_the_sound_alone_is_refused(tmp_path):
    (tmp_path / "AudioData" / "DC").mkdir(parents=True)
    (tmp_path / "AudioData" / "DC" / "a01.wav").write_bytes(b"sound")
    with pytest.raises(FileNotFoundError) as refused:
        corpora.check("savee_video", tmp_path)
    assert "named like DC/a01.avi or DC_a01.avi" in str(refused.value)
    assert "Found AudioData." in str(refused.value)
