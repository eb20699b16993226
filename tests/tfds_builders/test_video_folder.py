import json
import pathlib
import shutil
import tempfile

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from emoaff import corpora
from emoaff.corpora.crop_config import CropConfig
from emoaff.faces import VideoWriter
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_splits import read_splits
from tests.faces.test_player_clock import write_late
from tests.faces.video_files import HEIGHT
from tests.faces.video_files import WIDTH
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.sample import CLIP
from tests.sample import PORTRAIT
from tests.tfds_builders.built import Built
from tfds_builders import video_folder

NAN = float("nan")


def clip(path, count=3):
    """Writes a video of the numbers up to `count`, 25 a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, WIDTH, HEIGHT, fps=25) as writer:
        for number in range(count):
            writer.write(numbered(number), number / 25)
    return path


def picture(path, number=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), numbered(number))
    return path


def table(root, *rows, name="labels.csv"):
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("\n".join(rows) + "\n", "utf-8")


@pytest.fixture
def build(tmp_path):
    def built(root, config="whole"):
        return Built(f"video_folder/{config}", root, tmp_path / "data")

    return built


def write_source(root):
    for number, name in enumerate(("happy/a.mp4", "sad/b.mp4")):
        clip(root / name, 3 + number)


# What test_contract.py builds.
SMALL_SOURCE = "video_folder/whole", write_source


class VideoFolderTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = video_folder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["whole"]
    SPLITS = {"train": 2, "test": 1}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = tempfile.mkdtemp()
        clip(pathlib.Path(cls.EXAMPLE_DIR, "train", "sad", "a.mp4"), 66)
        picture(pathlib.Path(cls.EXAMPLE_DIR, "test", "sad", "b.png"))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.EXAMPLE_DIR)
        super().tearDownClass()


# Folders


def test_a_clip_becomes_segments_of_64_frames_with_its_class(tmp_path, build):
    root = tmp_path / "own"
    clip(root / "train" / "Sad" / "anna" / "b.mp4", 70)
    clip(root / "train" / "happy" / "a.mp4", 2)
    built = build(root)
    name = "train/Sad/anna/b.mp4"
    assert built.classes == ["happy", "sad"]
    assert built.names("train") == [name, "train/happy/a.mp4"]
    lengths = [len(e["frames"]["index"]) for e in built.examples["train"]]
    assert lengths == [64, 6, 2]
    frames = built.frames(name)
    np.testing.assert_array_equal(frames["index"], np.arange(70))
    np.testing.assert_allclose(frames["time"], np.arange(70) / 25, atol=1e-4)
    np.testing.assert_array_equal(frames["expression"], np.ones(70))
    assert np.isnan(frames["valence"]).all()
    assert np.isnan(frames["arousal"]).all()
    assert frames["image"].shape == (70, 112, 112, 3)
    assert [number_of(each) for each in frames["image"]] == list(range(70))
    assert built.examples["train"][0]["subject"].decode() == name


@pytest.mark.parametrize("suffix", ["heic", "avif"])
def test_photos_of_telephones_are_pictures_of_a_corpus(tmp_path, build, suffix):
    path = tmp_path / "own" / "happy" / f"photo.{suffix}"
    path.parent.mkdir(parents=True)
    image = Image.fromarray(numbered(5))
    if suffix == "heic":
        image = pytest.importorskip("pillow_heif").from_pillow(image)
    image.save(path, quality=95)
    clip(tmp_path / "own" / "sad" / "b.mp4", 2)
    built = build(tmp_path / "own")
    assert built.left_out() == {}
    frames = built.frames(f"happy/photo.{suffix}")
    assert [number_of(image) for image in frames["image"]] == [5]


def test_split_folders_are_the_splits(tmp_path, build):
    root = tmp_path / "own"
    for split in ("Train", "val", "test"):
        picture(root / split / "sad" / "a.png")
    picture(root / "Train" / "happy" / "deep" / "er" / "b.JPG")
    (root / "docs").mkdir()
    built = build(root)
    assert list(built.examples) == ["train", "validation", "test"]
    assert built.names("train") == [
        "Train/happy/deep/er/b.JPG",
        "Train/sad/a.png",
    ]
    assert built.names("validation") == ["val/sad/a.png"]
    assert (
        "validation has no frame of the class 'happy'" in built.report["notes"]
    )


def test_a_look_at_the_folder_asks_about_a_mistyped_class(tmp_path):
    for number in range(10):
        picture(tmp_path / "happiness" / f"{number}.png", number)
    picture(tmp_path / "happines" / "a.png")
    said = corpora.check("video_folder", tmp_path)
    assert "note: the class 'happines' has 1 recording: did you mean" in said
    assert "fewer than 10 recordings: happines has 1" in said


def test_without_a_table_a_look_says_what_it_takes_for_classes(tmp_path):
    for name in ("anna/a.jpg", "ben/b.jpg", "loose.jpg"):
        picture(tmp_path / name)
    text = corpora.check("video_folder/whole", tmp_path)
    said = "note: there is no table of labels, so the names of the folders are"
    assert f"{said} the classes: anna, ben" in text
    assert "left out: 1 (in no class folder), such as loose.jpg" in text
    table(tmp_path, "file,label", "anna/a.jpg,happy", "ben/b.jpg,sad")
    assert said not in corpora.check("video_folder/whole", tmp_path)


def test_what_is_not_used_is_counted_with_its_reason(tmp_path, build, capsys):
    root = tmp_path / "own"
    for name in ("a", "b", "c"):
        clip(root / "train" / "sad" / f"{name}.mp4")
    files = {
        "empty": ("train/sad/e.mp4", b""),
        "neither a video nor a picture": ("train/sad/e.txt", b"x"),
        "put there by the operating system": ("train/sad/._a.mp4", b"x"),
        "cannot be read": ("train/sad/f.mp4", b"no video"),
        "in no class folder": ("train/g.mp4", b"x"),
        "only pointers of Git LFS; `git lfs pull` fetches the files": (
            "train/sad/h.mp4",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        ),
    }
    for file, data in files.values():
        (root / file).write_bytes(data)
    # Half of a file whose index is at its front.
    whole = clip(root / "train" / "sad" / "d.mp4", 100).read_bytes()
    (root / "train" / "sad" / "d.mp4").write_bytes(whole[: len(whole) // 2])
    # The first of its class is opened before the work begins.
    (root / "train" / "sad" / "0.mp4").write_bytes(b"no video")
    built = build(root)
    expected = {why: [file] for why, (file, _) in files.items()}
    expected["cannot be read"].insert(0, "train/sad/0.mp4")
    assert built.left_out() == expected
    counts = built.report["splits"]["train"]
    assert counts["recordings"] == counts["subjects"] == 4
    read = len(built.frames("train/sad/d.mp4")["index"])
    assert 9 < read < 100
    assert counts["frames"] == counts["classes"]["sad"] == 9 + read
    said = capsys.readouterr().out
    assert "left out: 2 (cannot be read), such as train/sad/0.mp4" in said
    assert "damaged files, used as far as they can be read: 1" in said
    assert "there is one class only, 'sad'" in said


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "which is empty. `emoaff corpora video_folder"),
        (
            ["a.mp4"],
            r"Found 1 \(in no class folder\), such as a.mp4. Without a table, "
            "labels are the names of the folders .*, or write labels.csv",
        ),
        (
            ["happy/a.mp4", "sad/b.txt"],
            r"the class 'sad'. There is none; left out: 1 \(neither",
        ),
        (["happy/a.mp4", "sad/bad.mp4"], "the class 'sad'. .*cannot be read"),
        (["train/sad/a.mp4", "happy/b.mp4"], "both, such as train and happy"),
    ],
)
def test_a_wrong_folder_is_refused_in_one_sentence(tmp_path, files, message):
    root = tmp_path / "own"
    root.mkdir()
    for file in files:
        path = clip(root / file) if file.endswith("mp4") else root / file
        if not file.endswith("a.mp4"):
            path.parent.mkdir(exist_ok=True)
            path.write_text("no video")
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        corpora.prepare("video_folder/whole", root, tmp_path / "data", False)
    assert "\n" not in str(error.value)


def test_a_subject_in_two_given_splits_is_refused(tmp_path):
    root = tmp_path / "own"
    clip(root / "a.mp4")
    clip(root / "b.mp4")
    table(
        root,
        "file,label,subject,split",
        "a.mp4,sad,anna,train",
        "b.mp4,sad,anna,test",
    )
    message = r"subject 'anna' in train \(a.mp4\) and in test \(b.mp4\)"
    with pytest.raises(ValueError, match=message):
        corpora.prepare("video_folder/whole", root, tmp_path / "data", False)


# Tables

FILES = ("a.mp4", "deep/B.mp4")
PLAIN = (
    "file,label,valence,arousal,subject,split",
    "a.mp4,Happy,0.5,,anna,train",
    "deep/B.mp4,,-1,0.25,,train",
)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PLAIN),
        "\ufeff" + "\r\n".join(PLAIN) + "\r\n\r\n,,,,,\r\n",
        "\n".join(PLAIN)
        .replace(",", ";")
        .replace(".5", ",5")
        .replace(".25", ",25"),
        "\n" + "\n".join(PLAIN).replace(",", "\t"),
        '"split" , Valence,"LABEL",FILE, subject ,arousal\n'
        'Training,0.50,happy,A.MP4,anna,nan\ntrain,-1.0,,deep\\B.mp4,"",2.5e-1',
    ],
    ids=["comma", "bom", "semicolon", "tab", "header"],
)
def test_tables_come_in_many_spellings(tmp_path, build, text):
    root = tmp_path / "own"
    for file in FILES:
        clip(root / file, 2)
    (root / "any.CSV").write_text(text, "utf-8")
    built = build(root)
    assert built.names("train") == list(FILES)
    assert built.classes == ["happy"]
    first, second = (built.frames(file) for file in FILES)
    np.testing.assert_array_equal(first["expression"], [0, 0])
    np.testing.assert_array_equal(first["valence"], [0.5, 0.5])
    np.testing.assert_array_equal(first["arousal"], [NAN, NAN])
    np.testing.assert_array_equal(second["expression"], [-1, -1])
    np.testing.assert_array_equal(second["valence"], [-1, -1])
    np.testing.assert_array_equal(second["arousal"], [0.25, 0.25])
    subjects = [each["subject"].decode() for each in built.examples["train"]]
    assert subjects == ["anna", "deep/B.mp4"]
    counts = built.report["splits"]["train"]
    assert counts["valence"] == counts["frames"] == 4
    assert counts["arousal"] == counts["expression"] == 2
    assert built.left_out() == {}


def test_stretches_are_recordings_of_their_own(tmp_path, build):
    root = tmp_path / "own"
    clip(root / "a.mp4", 50)
    picture(root / "b.png")
    table(
        root,
        "file,start,end,label,split",
        "a.mp4,1,,sad,train",
        "a.mp4,0.4,1,happy,train",
        "a.mp4,,0.12,sad,train",
        "a.mp4,0.08,0.16,angry,train",  # overlaps the one above
        "a.mp4,7,8,sad,train",
        "b.png,3,4,sad,train",
    )
    built = build(root)
    spans = {
        "a.mp4#t=0,0.12": (range(0, 3), "sad"),
        "a.mp4#t=0.08,0.16": (range(2, 4), "angry"),
        "a.mp4#t=0.4,1": (range(10, 25), "happy"),
        "a.mp4#t=1": (range(25, 50), "sad"),
    }
    assert built.names("train") == list(spans)
    for name, (numbers, label) in spans.items():
        frames = built.frames(name)
        assert [number_of(each) for each in frames["image"]] == [*numbers]
        np.testing.assert_array_equal(frames["index"], numbers)
        np.testing.assert_allclose(frames["time"], np.divide(numbers, 25), 1e-3)
        assert {built.classes[i] for i in frames["expression"]} == {label}
    why = "no frame between start and end"
    assert built.left_out() == {why: ["a.mp4#t=7,8", "b.png#t=3,4"]}


def test_a_time_series_labels_the_nearest_frames(tmp_path, build):
    root = tmp_path / "own"
    clip(root / "a.mp4", 26)  # the last at 1.0 s
    table(
        root,
        "file,time,valence,label",
        "a.mp4,0.3,0.3,",
        "a.mp4,0.1,0.1,sad",  # not in order
        "a.mp4,0.5,,happy",
        "a.mp4,0.7,0.7,sad",
    )
    built = build(root)
    frames = built.frames("a.mp4")
    # Steps of 0.2 s reach 0.1 s: 0.3 has frames 6 to 9, 0.24-0.36 s.
    valence = np.full(26, NAN, np.float32)
    valence[0:6], valence[6:10], valence[15:21] = 0.1, 0.3, 0.7
    # Frame 5 is as near to 0.1 as to 0.3, and frame 15 to 0.5 and 0.7.
    expected, found = np.delete(valence, [5, 15]), frames["valence"]
    np.testing.assert_array_equal(np.delete(found, [5, 15]), expected)
    label = [built.classes[i] if i >= 0 else "" for i in frames["expression"]]
    assert label[:5] == ["sad"] * 5
    assert label[6:10] == [""] * 4
    assert label[10:15] == ["happy"] * 5
    assert label[16:20] == ["sad"] * 4
    assert label[21:] == [""] * 5  # stored all the same
    assert len(label) == 26


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("file,start,end,label", "late.mp4,0.1,0.3,happy"), True),
        (("file,time,label", "late.mp4,0.1,happy", "late.mp4,0.2,sad"), True),
        (("file,label", "late.mp4,happy"), False),
        (("file,start,end,label", "clip.mp4,0.0,0.1,happy"), False),
    ],
)
def test_videos_whose_pictures_begin_late_are_told_where_it_matters(
    tmp_path, rows, told
):
    start_s = write_late(tmp_path / "late.mp4", 1.0)
    clip(tmp_path / "clip.mp4")
    table(tmp_path, *rows)
    text = corpora.check("video_folder/whole", tmp_path)
    notes = [line for line in text.splitlines() if "begin late" in line]
    assert len(notes) == told
    if told:
        assert f"such as late.mp4, by {start_s:.2f} s" in notes[0]
        assert "labels.csv count from the first picture" in notes[0]


def test_times_of_a_table_count_from_the_first_picture(tmp_path, build):
    (tmp_path / "own").mkdir()
    write_late(tmp_path / "own" / "late.mp4", 1.0)  # 10 frames at 25 Hz
    table(tmp_path / "own", "file,start,end,label", "late.mp4,0.1,0.3,happy")
    frames = build(tmp_path / "own").frames("late.mp4#t=0.1,0.3")
    # From 0.12 s, the third, to 0.28 s.
    np.testing.assert_array_equal(frames["index"], [3, 4, 5, 6, 7])


def test_rows_and_files_without_each_other_are_counted(tmp_path, build):
    root = tmp_path / "own"
    clip(root / "a.mp4")
    clip(root / "b.mp4")
    table(
        root,
        "file,label,valence,mood,split",
        "a.mp4,sad,0,x,train",
        "gone.mp4,angry,0,x,train",
        "gone.mp4,angry,0,x,train",
        "a.mp4,SAD,0.0,y,train",
    )
    built = build(root)
    assert built.left_out() == {
        "named in labels.csv, but not there or not usable": ["gone.mp4"],
        "not named in labels.csv": ["b.mp4"],
        "row repeated in labels.csv": ["a.mp4"],
    }
    assert built.classes == ["sad"]
    assert "the column mood of labels.csv is not used" in built.report["notes"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["file,valence", "a.mp4,1.5"], r"row 2 \(a.mp4\).*valence=1.5"),
        (
            ["", "file,arousal", "", "a.mp4,-inf"],
            r"row 4 \(a.mp4\).*arousal=-inf",
        ),
        (["file,valence", "a.mp4,high"], "Received: 'high'"),
        (["file,valence", 'a.mp4,"0,5"'], "Received: '0,5'"),
        (["file,label", ",sad"], "row 2: expected the name of a file"),
        (["file,label", "a,b.mp4,sad"], "row 2: expected 2 cells"),
        (["file,start,end,label", "a.mp4,2,1,x"], "start=2, end=1"),
        (["file,end,label", "a.mp4,0,x"], "expected end after start"),
        (["file,start,label", "a.mp4,-1,x"], "start=-1"),
        (["file,time,end,label", "a.mp4,1,2,x"], "either time, or start"),
        (["file,label,split", "a.mp4,x,dress"], "split='dress'"),
        (
            ["file,label,split", "a.mp4,x,train", "b.mp4,x,"],
            "none for b.mp4, and 1 others have one",
        ),
        (
            [
                "file,time,label,split",
                *("a.mp4,0,x,train", "a.mp4,1,x,"),
                *("b.mp4,0,x,", "b.mp4,1,x,"),
            ],
            "none for b.mp4, and 1 others have one",
        ),
        (
            ["file,label", "a.mp4,x", "b.mp4,x", "a.mp4,y"],
            "rows 2 and 4 of a.mp4 to agree, but they label the same frames",
        ),
        (
            ["file,time,label", "a.mp4,0.5,x", "a.mp4,,x"],
            "one has a time and one has none",
        ),
        (
            ["file,time,label", "a.mp4,.5,x", "a.mp4,1,x", "a.mp4,0.50,x"],
            "rows 2 and 4 of a.mp4 to agree, but they have the same time",
        ),
        (
            ["file,time,label,subject", "a.mp4,0,x,anna", "a.mp4,1,x,ben"],
            "they differ in subject",
        ),
        (["file,time,label", "a.mp4,0.5,x"], "two rows with a time or more"),
        (["file,label", "c.mp4,x", "d.mp4,y"], "Not one of the 2 .*c.mp4"),
        (["file,label"], "It has no rows"),
        (["file,labels", "a.mp4,x"], "a column label, valence or arousal"),
        (["file,label,Label", "a.mp4,x,y"], "label twice"),
        (
            ["path,video,label", "a.mp4,a.mp4,x"],
            "path and video, each of which means file",
        ),
        (
            ["recording,emotion", "a.mp4,x"],
            "column file in labels.csv.*columns=recording, emotion. Rename",
        ),
        (["a.mp4,x"], "column file in labels.csv.*columns=a.mp4, x"),
        (["who;what", "A;happy"], "column file in labels.csv"),
        (["labels", "sad"], "or a table with a column file"),
    ],
)
def test_a_wrong_table_is_refused_in_one_sentence(tmp_path, rows, message):
    root = tmp_path / "own"
    table(root, *rows)
    for name in ("a.mp4", "b.mp4"):
        (root / name).write_bytes(b"not looked at")
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        corpora.prepare("video_folder/whole", root, tmp_path / "data", False)
    assert "\n" not in str(error.value)


def test_two_tables_are_refused(tmp_path):
    for name in ("a.csv", "b.tsv"):
        table(tmp_path / "own", "file\tlabel", name=name)
    with pytest.raises(ValueError, match="Received: a.csv, b.tsv"):
        corpora.prepare("video_folder", tmp_path / "own", tmp_path / "data")


def test_a_split_without_any_frame_is_refused(tmp_path):
    clip(tmp_path / "own" / "a.mp4")
    table(tmp_path / "own", "file,start,label", "a.mp4,9,sad")
    message = r"Left out: 1 \(no frame between start and end\)"
    with pytest.raises(ValueError, match=message):
        corpora.prepare(
            "video_folder/whole", tmp_path / "own", tmp_path / "data", False
        )


# Building


def test_building_from_other_files_is_refused(tmp_path, build):
    root = tmp_path / "own"
    picture(root / "sad" / "a.png")
    first = build(root)
    (root / ".DS_Store").write_text("a folder that was looked at")
    assert build(root).report == first.report
    picture(root / "sad" / "b.png")
    with pytest.raises(
        ValueError, match="Build into another folder, or delete"
    ):
        build(root)


def test_building_inside_of_the_folder_is_refused(tmp_path):
    picture(tmp_path / "sad" / "a.png")
    with pytest.raises(ValueError, match="outside of the folder"):
        corpora.prepare("video_folder/whole", tmp_path, tmp_path / "data")


def test_a_configuration_of_ones_own_thins_the_frames(tmp_path):
    clip(tmp_path / "own" / "sad" / "a.mp4", 25)
    config = CropConfig(name="five_hz", size=32, rate_hz=5, find_faces=False)
    builder = video_folder.Builder(data_dir=tmp_path / "data", config=config)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=tmp_path / "own"
        )
    )
    (example,) = builder.as_dataset("train").as_numpy_iterator()
    np.testing.assert_array_equal(example["frames"]["index"], range(0, 25, 5))
    assert example["frames"]["image"].shape == (5, 32, 32, 3)


def test_faces_are_found_followed_and_cut(tmp_path, build):
    root = tmp_path / "own"
    root.mkdir()
    shutil.copy(CLIP, root / "clip.mp4")
    shutil.copy(PORTRAIT, root / "portrait.jpg")
    clip(root / "nobody.mp4")
    table(
        root,
        "file,end,label,split",
        "clip.mp4,0.4,happy,train",
        "portrait.jpg,,happy,train",
        "nobody.mp4,,happy,train",
    )
    built = build(root, config="small")
    assert built.names("train") == ["clip.mp4#t=0,0.4", "portrait.jpg"]
    assert built.left_out() == {"no face found": ["nobody.mp4"]}
    frames = built.frames("clip.mp4#t=0,0.4")
    np.testing.assert_array_equal(frames["index"], range(10))
    assert frames["image"].shape == (10, 64, 64, 3)
    # The same face, filmed and still.
    still = built.frames("portrait.jpg")["image"][0].astype(float)
    match = np.corrcoef(still.ravel(), frames["image"][0].ravel())[0, 1]
    assert match > 0.8
    assert built.report["splits"]["train"]["frames_read"] == 14


def test_face_crops_without_a_face_to_be_found_name_the_way(tmp_path):
    root = tmp_path / "crops"
    for name in ("happy", "sad"):
        for number in range(2):
            picture(root / name / f"{number}.png", number)
    with pytest.raises(ValueError, match="crops already.*video_folder/whole"):
        corpora.prepare("video_folder/small", root, tmp_path / "data", False)
    shutil.copy(PORTRAIT, root / "sad" / "face.jpg")
    made = corpora.prepare("video_folder/small", root, tmp_path / "data", False)
    notes = json.loads(
        pathlib.Path(made.data_dir, "build_report.json").read_text()
    )["notes"]
    note = next(note for note in notes if "no face was found" in note)
    assert "face crops already, build the configuration" in note


def test_some_crops_without_a_face_name_the_way_too():
    builder = video_folder.Builder(config="default", data_dir="nowhere")
    assert builder._describe_lost("train", 112, 120).startswith(
        "no face was found in 8 of 120 files of train. If they are face crops"
    )
    assert not builder._describe_lost("train", 118, 120)


def test_named_collections_lie_side_by_side_and_train_together(tmp_path):
    names = [f"video_folder/whole+named={name}" for name in ("lab", "street")]
    for name, color in zip(names, ("sad", "happy"), strict=True):
        root = tmp_path / color
        for split in ("train", "validation"):
            picture(root / split / "sad" / "a.png")
            picture(root / split / "happy" / f"{color}.png")
        corpora.prepare(name, root, tmp_path / "data", progress_bar=False)
    config = ClipConfig().change(data={"dataset": f"[{','.join(names)}]"})
    training, _ = read_splits(config, tmp_path / "data", print)
    assert training.space.classes == ("happy", "sad")
    recordings = [name.split("named=")[1] for name in training.names]
    assert recordings == [
        "lab/train/happy/sad.png",
        "lab/train/sad/a.png",
        "street/train/happy/happy.png",
        "street/train/sad/a.png",
    ]
    with pytest.raises(ValueError, match="letters, digits and _.*'a b'"):
        corpora.make_builder("video_folder+named=a b", tmp_path)
