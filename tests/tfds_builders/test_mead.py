import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

CLASSES = "angry contempt disgusted fear happy neutral sad surprised".split()
SMALL = "+find_faces=false+size=32"


def clip(root, name, first=0, count=3):
    """Writes a video of the numbers from `first` on."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "mpeg4" if path.suffix == ".avi" else "libx264"
    images = [numbered(n) for n in range(first, first + count)]
    return write_video(path, images, codec=codec)


def write_source(root):
    clip(root, "M003/video/front/angry/level_1/001.mp4", 10, 4)
    clip(root, "M003/video/front/angry/level_3/001.mp4", 20)
    clip(root, "M003/video/left_30/angry/level_3/001.mp4", 30)
    clip(root, "M003/video/front/neutral/level_1/001.mp4", 40)
    clip(root, "MEAD/W009/W009/video/Front/Disgusted/Level 2/017.avi", 50)
    for name in (
        "M003/audio/angry/level_1/001.m4a",
        "M003/video/front/angry/level_1/._001.mp4",
        "M003/video/front/angry/001.mp4",
        "M003/video/front/bored/level_1/001.mp4",
        "M003/video/happy/level_1/001.mp4",
        "video/front/happy/level_1/001.mp4",
        "M003/video/front/angry/level_1/trailer.mp4",
        "W011/video.tar",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"no video")
    return root


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("mead"))


@pytest.fixture(scope="module")
def front(own, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    name = f"mead/front{SMALL}"
    return Built(name, own, data), corpora.find_label_space(name, data)


# What test_contract.py builds.
SMALL_SOURCE = f"mead/front{SMALL}", write_source


def test_folders_say_person_and_emotion_of_every_frame(front):
    built, _ = front
    expected = {
        # name: (subject, class, number that the first frame shows, frames)
        "M003/front/angry/level_1/001": ("M003", "angry", 10, 4),
        "M003/front/angry/level_3/001": ("M003", "angry", 20, 3),
        "M003/front/neutral/level_1/001": ("M003", "neutral", 40, 3),
        "W009/front/disgusted/level_2/017": ("W009", "disgusted", 50, 3),
    }
    assert built.names("train") == sorted(expected)
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in built.examples["train"]
    }
    for name, (subject, label, first, count) in expected.items():
        frames = built.frames(name)
        assert subjects[name] == subject
        index = CLASSES.index(label)
        assert frames["expression"].tolist() == [index] * count
        shown = [number_of(image) for image in frames["image"]]
        assert shown == [first + n for n in range(count)]
        assert np.isnan(frames["arousal"]).all()


def test_its_eight_words_are_stored_and_read_in_other_spaces(front):
    built, space = front
    assert built.classes == CLASSES
    assert list(space.classes) == CLASSES
    # affectnet_8: neutral happiness sadness surprise fear disgust anger
    # contempt.
    to_affectnet = labels.make_mapping(space, "affectnet_8").indices
    assert to_affectnet == (6, 7, 5, 4, 1, 0, 2, 3)


def test_every_file_that_is_not_used_is_reported(front):
    assert front[0].left_out() == {
        "view left_30, which view=front leaves out": [
            "M003/video/left_30/angry/level_3/001.mp4"
        ],
        "no video by their names": ["M003/audio/angry/level_1/001.m4a"],
        "put there by the operating system": [
            "M003/video/front/angry/level_1/._001.mp4"
        ],
        "videos in no folders of an emotion and a level": [
            "M003/video/front/angry/001.mp4",
            "M003/video/front/bored/level_1/001.mp4",
        ],
        "videos in no folder of a view": ["M003/video/happy/level_1/001.mp4"],
        "videos in no folder of a person": [
            "video/front/happy/level_1/001.mp4"
        ],
        "videos not named as in MEAD": [
            "M003/video/front/angry/level_1/trailer.mp4"
        ],
        "archives; unpack those that hold videos": ["W011/video.tar"],
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("all_views", ["1/001", "3/001", "1/001", "3/001", "2/017"]),
        ("front+view=left_30", ["left_30/angry/level_3/001"]),
        ("front+level=3", ["angry/level_3/001", "neutral/level_1/001"]),
        ("front+level=1", ["angry/level_1/001", "neutral/level_1/001"]),
        ("front+level=2", ["neutral/level_1/001", "disgusted/level_2/017"]),
    ],
)
def test_settings_choose_views_and_levels(own, tmp_path, config, expected):
    builder = corpora.make_builder(f"mead/{config}", tmp_path)
    found = builder.survey(SourceTree(own), BuildReport("mead"))
    assert len(found) == len(expected)
    for recording, end in zip(found, expected, strict=True):
        assert recording.name.endswith(end)
        word = recording.name.split("/")[2]
        label = recording.labels.values["expression"].tolist()
        assert label == [CLASSES.index(word)]


def test_what_a_level_leaves_out_is_said_with_it(own):
    text = corpora.check("mead/front+level=3", own)
    assert "left out: 1 (level 1, which level=3 leaves out), such as" in text


def test_an_unknown_view_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match="view to be one of front, left_30,"):
        corpora.make_builder("mead/front+view=back", tmp_path)


def test_a_folder_of_another_corpus_is_refused(tmp_path):
    clip(tmp_path, "DC/a01.mp4")
    with pytest.raises(FileNotFoundError) as refused:
        corpora.check("mead", tmp_path)
    assert "like M003/video/front/angry/level_1 in or" in str(refused.value)
    assert "emoaff corpora mead" in str(refused.value)
