import cv2
import numpy as np
import pytest

from emoaff import corpora
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered
from tests.tfds_builders.built import Built

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
ORIGINAL = "dfew/original+find_faces=false+size=32"
SERIES = "dfew/frames_16+size=32"


def split_list(home, split, fold, *rows, header="video_name,label"):
    folder = home / "EmoLabel_DataSplit" / f"{split}(single-labeled)"
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *rows]) + "\n"
    (folder / f"set_{fold}.csv").write_text(text, "utf-8")


def clip(path, count):
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "libx264" if path.suffix == ".mp4" else "mpeg4"
    write_numbered(path, count, codec=codec)


def series(folder, names):
    """Pictures that say the last number of their name."""
    folder.mkdir(parents=True)
    for name in names:
        image = numbered(int(name.rpartition("_")[2]))
        cv2.imwrite(str(folder / name) + ".jpg", image)


def write_source(root):
    """A copy as users have it: nested, parts beside parts, two forms."""
    home = root / "DFEW" / "DFEW-part2"
    videos = home / "Clip" / "original"
    clip(videos / "1.mp4", 4)
    clip(videos / "data_part_1-2-3" / "00002.mp4", 5)
    clip(videos / "data_part_1-2-3" / "00010.avi", 3)
    clip(videos / "again" / "1.avi", 2)
    clip(videos / "30.mp4", 2)
    (videos / "11.mp4").write_bytes(LFS)
    (videos / "._1.mp4").write_bytes(b"x")
    pictures = home / "Clip" / "clip_224x224_16f"
    # As text, 1_10 comes before 1_2.
    series(pictures / "00001", [f"1_{n}" for n in range(1, 17)])
    series(pictures / "00010", ["10_2", "10_3", "10_12"])
    (pictures / "00010" / "cover.jpg").write_bytes(b"x")
    series(pictures / "00040", ["40_1"])
    header = "\ufeffVideo_Name , label"
    split_list(home, "train", 1, "2,7", "1, 1", "1,1", "99,3", header=header)
    split_list(home, "test", 1, "00010.mp4,4", "11,5", "30,0", "")
    split_list(home, "train", 2, "10,4")
    split_list(home, "test", 2, "1,1", "2,7")
    (home / "Annotation").mkdir()
    (home / "Annotation" / "annotation.xlsx").write_bytes(b"x")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("dfew"))


@pytest.fixture(scope="module")
def original(root, tmp_path_factory):
    return Built(ORIGINAL, root, tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def sixteen(root, tmp_path_factory):
    return Built(SERIES, root, tmp_path_factory.mktemp("sixteen"))


@pytest.fixture(scope="module")
def second(root, tmp_path_factory):
    name = f"{ORIGINAL}+fold=2"
    return Built(name, root, tmp_path_factory.mktemp("second"))


# What test_contract.py builds.
SMALL_SOURCE = ORIGINAL, write_source


def test_lists_give_splits_and_labels_less_one(original):
    found = {split: original.names(split) for split in original.examples}
    assert found == {"train": ["00001", "00002"], "test": ["00010"]}
    # happy is 1 in the lists, fear 7 and angry 4.
    for name, count, label in (
        ("00001", 4, 0),
        ("00002", 5, 6),
        ("00010", 3, 3),
    ):
        frames = original.frames(name)
        assert [number_of(i) for i in frames["image"]] == [*range(count)]
        np.testing.assert_array_equal(frames["index"], np.arange(count))
        expected = np.arange(count) / 25
        np.testing.assert_allclose(frames["time"], expected, atol=1e-3)
        np.testing.assert_array_equal(frames["expression"], [label] * count)


def test_the_classes_are_those_of_the_lists_in_their_order(original, tmp_path):
    space = corpora.find_label_space("dfew", tmp_path)
    said = "happy sad neutral angry surprise disgust fear"
    assert " ".join(space.classes) == said
    assert original.report["splits"]["train"]["classes"]["fear"] == 5


def test_another_fold_divides_the_same_clips_otherwise(second):
    found = {split: second.names(split) for split in second.examples}
    assert found == {"train": ["00010"], "test": ["00001", "00002"]}
    assert set(second.frames("00010")["expression"]) == {3}


def test_nobody_knows_who_is_seen(original):
    subjects = [e["subject"].decode() for e in original.examples["train"]]
    assert subjects == ["00001", "00002"]


def test_what_is_not_used_is_counted_with_its_reason(original):
    home = "DFEW/DFEW-part2"
    lists = f"{home}/EmoLabel_DataSplit"
    left = original.left_out()
    pictures = left.pop("video or picture that is not of the form that is read")
    assert len(pictures) == 20  # of 21; names are cut off there
    assert left == {
        "put there by the operating system": [f"{home}/Clip/original/._1.mp4"],
        "row repeated in a list": [
            f"{lists}/train(single-labeled)/set_1.csv, row 4"
        ],
        "listed without a single label": [
            f"{lists}/test(single-labeled)/set_1.csv, row 4"
        ],
        "another copy of a clip": [f"{home}/Clip/original/again/1.avi"],
        "list of another fold": [
            f"{lists}/test(single-labeled)/set_2.csv",
            f"{lists}/train(single-labeled)/set_2.csv",
        ],
        "neither clip nor list by its name": [
            f"{home}/Annotation/annotation.xlsx"
        ],
        "listed, but not there": ["00099"],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{home}/Clip/original/11.mp4"
        ],
        "in no list of fold 1 with a single label": ["00030"],
    }


def test_series_are_sorted_by_number_and_keep_their_gaps(sixteen):
    assert sixteen.names("train") == ["00001"]
    assert sixteen.names("test") == ["00010"]
    frames = sixteen.frames("00001")
    assert [number_of(i) for i in frames["image"]] == [*range(1, 17)]
    np.testing.assert_array_equal(frames["index"], np.arange(16))
    assert np.isnan(frames["time"]).all()
    frames = sixteen.frames("00010")
    assert [number_of(i) for i in frames["image"]] == [2, 3, 12]
    np.testing.assert_array_equal(frames["index"], [0, 1, 10])
    np.testing.assert_array_equal(frames["expression"], [3, 3, 3])


def test_series_that_are_not_of_sixteen_are_noted(sixteen):
    note = "series with other than 16 pictures: 1, such as 00010 (3)"
    assert note in sixteen.report["notes"]
    left = sixteen.left_out()
    assert left["listed, but not there"] == ["00002", "00011", "00099"]
    assert left["in no list of fold 1 with a single label"] == ["00040"]
    folder = "DFEW/DFEW-part2/Clip/clip_224x224_16f/00010"
    assert left["picture without a number"] == [f"{folder}/cover.jpg"]


def test_a_look_compares_with_what_is_published(root):
    text = corpora.check("dfew", root)
    assert "train has 2 recordings, published are 9356" in text
    text = corpora.check("dfew/original+fold=2", root)
    assert "test has 2 recordings, published are 2341" in text


def whole_lists(home):
    split_list(home, "train", 1, "1,1")
    split_list(home, "test", 1, "2,2")
    (home / "Clip" / "original").mkdir(parents=True)
    for name in ("1.mp4", "2.mp4"):
        (home / "Clip" / "original" / name).write_bytes(b"x")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["2,2", "3,8"], r"test\(.*set_1.csv, row 3: .* 1 to 7. Found: '8'"),
        (["x,1"], r"test\(.*set_1.csv, row 2: .* number of a clip.*'x'"),
        (
            ["2,2", "2,3"],
            "row 3: expected each clip in one list with one label",
        ),
        (["1,1"], r"clip 1 here and in .*train\(.*set_1.csv, row 2"),
    ],
)
def test_a_wrong_row_is_refused_by_file_and_number(tmp_path, rows, message):
    whole_lists(tmp_path)
    split_list(tmp_path, "test", 1, *rows)
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("dfew", tmp_path)
    assert "\n" not in str(error.value)


def test_a_list_without_a_header_is_refused(tmp_path):
    whole_lists(tmp_path)
    split_list(tmp_path, "test", 1, "2,2", header="3,4")
    with pytest.raises(ValueError, match="video_name and label. Found: 3, 4"):
        corpora.check("dfew", tmp_path)


def test_one_list_of_two_is_built_and_said(tmp_path):
    whole_lists(tmp_path)
    folder = tmp_path / "EmoLabel_DataSplit"
    (folder / "train(single-labeled)" / "set_1.csv").unlink()
    (folder / "test(single-labeled)").rename(folder / "Test_single_labeled")
    text = corpora.check("dfew", tmp_path)
    assert "there is no list of train for fold 1" in text
    assert "test has 1 recordings" in text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "dfew/original+fold=3",
            r"set_3.csv in or up to .*Found Clip, EmoLabel",
        ),
        ("dfew/frames_16", "a folder clip_224x224_16f with a folder of pic"),
        (
            "dfew/original+fold=6",
            "Expected fold to be 1 to 5. Received: fold=6",
        ),
        ("dfew/frames_16+rate_hz=5", "no rate_hz for series of pictures"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(tmp_path, name, message):
    whole_lists(tmp_path)
    with pytest.raises((FileNotFoundError, ValueError), match=message) as error:
        corpora.check(name, tmp_path)
    assert "\n" not in str(error.value)


def test_lists_alone_are_refused(tmp_path):
    split_list(tmp_path, "train", 1, "1,1")
    message = "a folder original with videos such as 1.mp4"
    with pytest.raises(FileNotFoundError, match=message):
        corpora.check("dfew", tmp_path)
