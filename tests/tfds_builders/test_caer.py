import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff.data.recordings import load_recordings
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered
from tests.tfds_builders.built import Built

CLASSES = ["anger", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
WHOLE = "+find_faces=false+size=32"


def clip(path, count=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "libx264" if path.suffix == ".mp4" else "mpeg4"
    return write_numbered(path, count, codec=codec)


def picture(path, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), numbered(number))


def write_source(root):
    """Both corpora as users have them: nested, in any case, some converted."""
    home = root / "CAER" / "CAER"
    clip(home / "train" / "Anger" / "0001.avi", 70)
    clip(home / "train" / "Anger" / "0001.mp4", 2)
    (home / "train" / "Anger" / "._0001.avi").write_bytes(b"x")
    (home / "train" / "Anger" / "0002.avi").write_bytes(LFS)
    (home / "train" / "Anger" / "0003.avi").write_bytes(b"no video")
    clip(home / "train" / "Angry" / "0001.avi")
    clip(home / "train" / "Sad" / "more" / "0001.avi")
    clip(home / "train" / "Happy" / "0001.avi", 4)
    clip(home / "Val" / "neutral" / "0001.avi").rename(
        home / "Val" / "neutral" / "0001.AVI"
    )
    clip(home / "TEST" / "SURPRISE" / "0001.mp4", 5)
    (root / "CAER" / "readme.txt").write_text("x")
    for number, name in enumerate(("Anger/0001.png", "Fear/0001.PNG")):
        picture(root / "CAER-S" / "train" / name, 40 + number)
    picture(root / "CAER-S" / "test" / "Anger" / "0001.png", 50)
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("caer"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def clips(root, data):
    return Built(f"caer/clips{WHOLE}", root, data)


@pytest.fixture(scope="module")
def stills(root, data):
    return Built(f"caer/stills{WHOLE}", root, data)


# What test_contract.py builds.
SMALL_SOURCE = f"caer/clips{WHOLE}", write_source


def test_folders_give_splits_and_classes_whatever_their_case(clips):
    assert clips.classes == CLASSES
    found = {split: clips.names(split) for split in clips.examples}
    assert found == {
        "train": ["anger/0001", "happy/0001"],
        "validation": ["neutral/0001"],
        "test": ["surprise/0001"],
    }
    for name, count, label in (
        ("anger/0001", 70, 0),
        ("happy/0001", 4, 3),
        ("neutral/0001", 3, 4),
        ("surprise/0001", 5, 6),
    ):
        frames = clips.frames(name)
        assert [number_of(i) for i in frames["image"]] == [*range(count)]
        np.testing.assert_array_equal(frames["index"], np.arange(count))
        expected = np.arange(count) / 25
        np.testing.assert_allclose(frames["time"], expected, atol=1e-3)
        np.testing.assert_array_equal(frames["expression"], [label] * count)
        assert np.isnan(frames["valence"]).all()


def test_the_seven_classes_are_what_a_model_learns(clips, data):
    split = load_recordings(f"caer/clips{WHOLE}", "train", data)
    assert list(split.space.classes) == CLASSES
    assert not split.space.multi_label
    assert split.expression.tolist() == [0] * 70 + [3] * 4


def test_files_of_one_name_in_two_splits_are_two_people(clips):
    found = [e["subject"].decode() for s in clips.examples.values() for e in s]
    assert found == [
        "train/anger/0001",
        "train/anger/0001",  # 64 frames and 6
        "train/happy/0001",
        "validation/neutral/0001",
        "test/surprise/0001",
    ]


def test_what_is_not_used_is_counted_with_its_reason(clips):
    train = "CAER/CAER/train"
    assert clips.left_out() == {
        "put there by the operating system": [f"{train}/Anger/._0001.avi"],
        "in no class folder of train, validation or test": [
            f"{train}/Angry/0001.avi",
            f"{train}/Sad/more/0001.avi",
            "CAER/readme.txt",
        ],
        "other than videos": [
            "CAER-S/test/Anger/0001.png",
            "CAER-S/train/Anger/0001.png",
            "CAER-S/train/Fear/0001.PNG",
        ],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{train}/Anger/0002.avi"
        ],
        "another file of a clip": [f"{train}/Anger/0001.mp4"],
        "cannot be read": ["anger/0003"],
    }
    assert "train has no frame of the class 'sad'" in clips.report["notes"]


def test_a_still_is_a_recording_of_one_frame(stills):
    found = {split: stills.names(split) for split in stills.examples}
    assert found == {
        "train": ["anger/0001", "fear/0001"],
        "test": ["anger/0001"],
    }
    assert stills.classes == CLASSES
    frames = [
        {key: values[0] for key, values in example["frames"].items()}
        for some in stills.examples.values()
        for example in some
        if len(example["frames"]["index"]) == 1
    ]
    assert [number_of(each["image"]) for each in frames] == [40, 41, 50]
    assert [each["expression"] for each in frames] == [0, 2, 0]
    assert [each["index"] for each in frames] == [0, 0, 0]


@pytest.mark.parametrize(
    ("config", "there", "message"),
    [
        (
            "clips",
            "CAER.zip",
            r"with videos in class folders .*Found CAER\.zip",
        ),
        ("clips", "Anger/0001.avi", "Found Anger"),
        ("clips", "train/Anger/0001.png", "with videos in class folders"),
        ("stills", "train/Anger/0001.avi", "with pictures in class folders"),
        (
            "clips",
            "train/Sad/0001.avi",
            r"Left out: 1 \(empty\), such as train",
        ),
    ],
)
def test_another_folder_is_refused(tmp_path, config, there, message):
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check(f"caer/{config}", tmp_path)
    assert "\n" not in str(error.value)


def test_half_a_copy_says_which_splits_are_missing(tmp_path):
    for name in ("0001.avi", "0001.png"):
        (tmp_path / "train" / "Fear").mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / "Fear" / name).write_bytes(b"x")
    text = corpora.check("caer", tmp_path)
    assert "there is no validation, which the corpus has" in text
    assert "there is no test, which the corpus has" in text
    text = corpora.check("caer/stills", tmp_path)
    assert "there is no validation" not in text
    assert "there is no test, which the corpus has" in text
