import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from tests.ferplus_files import picture
from tests.ferplus_files import votes
from tests.ferplus_files import write_ferplus
from tests.ferplus_files import write_pixels
from tests.tfds_builders.built import Built

ROWS = [
    (0, picture(0), "Training"),
    (3, picture(1), "Training"),
    (6, picture(100), "Training"),  # in validation as well
    (4, picture(1), "Training"),  # a copy with another label
    (5, picture(5)[:, :47], "Training"),  # a column is missing
    (5, np.int64(picture(5)) + 200, "Training"),  # over 255
    (6, picture(100), "PublicTest"),
    (2, picture(7), "PrivateTest"),
    ("", picture(8), "PrivateTest"),
]
COPIES = (
    "2 of 7 pictures have the very pixels of another one; of the 2 sets of "
    "such pictures, 1 lie in more than one split and 1 have more than one label"
)


def expressions(built, split):
    return {e["recording"].decode(): e["expression"] for e in built[split]}


def pixels(built, split):
    return {
        e["recording"].decode(): e["image"][..., 0]
        for e in built.examples[split]
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A nested copy, cut short, with all that may lie around it."""
    root = tmp_path_factory.mktemp("fer2013")
    table = root / "own" / "fer2013" / "fer2013" / "fer2013.csv"
    write_pixels(table, ROWS)
    with table.open("a") as file:
        file.write("3,70 80 82 72")
    others = {
        "__MACOSX/._fer2013.csv": b"x",
        "fer2013.tar.gz": b"x",
        "fer2013/fer2013/README": b"x",
        "icml_face_data.csv": b"version https://git-lfs.github.com/spec/v1",
        "train.csv": b"emotion,pixels\n",
        "train/happy/1.jpg": b"x",
        "fer2013new.csv": b"Usage,Image name,neutral,NF\n",
    }
    for name, data in others.items():
        path = root / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Built("fer2013", root / "own", root / "data")


def write_source(root):
    write_pixels(root / "fer2013.csv", ROWS)


# What test_contract.py builds.
SMALL_SOURCE = "fer2013", write_source


def test_rows_are_stored_as_published_without_loss(whole):
    assert expressions(whole.examples, "train") == {
        "row00000": 0,
        "row00001": 3,
        "row00003": 4,
    }
    np.testing.assert_array_equal(
        pixels(whole, "train")["row00000"], picture(0)
    )
    (example,) = whole.examples["validation"]
    assert example["recording"] == b"row00006"
    assert example["subject"] == b""
    np.testing.assert_array_equal(example["image"][..., 0], picture(100))


def test_usage_is_the_split_and_no_class_stays_none(whole):
    assert list(whole.examples) == ["train", "validation", "test"]
    assert expressions(whole.examples, "validation") == {"row00006": 6}
    assert expressions(whole.examples, "test") == {
        "row00007": 2,
        "row00008": -1,
    }


def test_the_report_names_what_is_left_out_and_why(whole):
    assert whole.left_out() == {
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            "icml_face_data.csv"
        ],
        "rows without 48x48 pixels": [
            "fer2013.csv, row 6",
            "fer2013.csv, row 7",
        ],
        "rows that end too early": ["fer2013.csv, row 11"],
        "put there by the operating system": ["__MACOSX/._fer2013.csv"],
        "no file of FER2013 by its name": [
            "fer2013.tar.gz",
            "fer2013/fer2013/README",
        ],
        "another table than what is used": ["train.csv"],
        "in no folder of a class, or pictures that stand elsewhere": [
            "train/happy/1.jpg"
        ],
        "votes of FER+, for the corpus ferplus": ["fer2013new.csv"],
        "of train, with its pixels in validation or test as well": ["row00002"],
    }


def test_copies_and_missing_pictures_are_said_in_numbers(whole):
    assert COPIES in whole.report["notes"]
    assert (
        "train has 4 pictures before any is left out, published are 28709"
        in whole.report["notes"]
    )
    assert whole.report["splits"]["train"]["classes"]["happy"] == 1
    assert whole.report["splits"]["test"]["expression"] == 1


def test_with_duplicates_keeps_training_whole(tmp_path):
    write_pixels(tmp_path / "own" / "fer2013.csv", ROWS)
    root, data = tmp_path / "own", tmp_path / "data"
    built = Built("fer2013/default+keep_duplicates=true", root, data)
    assert expressions(built.examples, "train") == {
        "row00000": 0,
        "row00001": 3,
        "row00002": 6,
        "row00003": 4,
    }
    assert COPIES in built.report["notes"]
    assert (
        "train keeps 1 pictures whose pixels also stand in validation or test"
        in built.report["notes"]
    )


def test_a_check_counts_what_a_build_stores(whole, tmp_path):
    write_pixels(tmp_path / "Fer2013.CSV", ROWS)
    text = corpora.check("fer2013", tmp_path)
    lines = {line[:14].strip(): line[14:].split() for line in text.split("\n")}
    assert lines["frames stored"] == ["3", "1", "2"]
    assert lines["with a class"] == ["3", "1", "1"]
    assert lines["sad"] == ["1", "0", "0"]
    assert COPIES in text


def test_icml_columns_are_found_by_name(tmp_path):
    path = tmp_path / "a" / "icml_face_data.csv"
    write_pixels(path, ROWS[:2] + ROWS[6:8], "emotion, Usage , pixels")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    built = Built("fer2013", tmp_path / "a", tmp_path / "data")
    assert expressions(built.examples, "train") == {
        "row00000": 0,
        "row00001": 3,
    }
    assert expressions(built.examples, "test") == {"row00003": 2}
    np.testing.assert_array_equal(
        pixels(built, "validation")["row00002"], picture(100)
    )


def test_kaggles_test_table_is_built_without_labels(tmp_path):
    write_pixels(tmp_path / "own" / "train.csv", ROWS[:3], "emotion,pixels")
    write_pixels(tmp_path / "own" / "test.csv", ROWS[6:8], "pixels")
    built = Built("fer2013", tmp_path / "own", tmp_path / "data")
    assert expressions(built.examples, "train") == {
        "row00000": 0,
        "row00001": 3,
    }
    assert expressions(built.examples, "test") == {
        "row00000": -1,
        "row00001": -1,
    }
    np.testing.assert_array_equal(pixels(built, "test")["row00001"], picture(7))


def test_class_folders_give_what_their_files_show(tmp_path):
    root = tmp_path / "own"
    for name, seed in {
        "images/train/Angry/1.jpg": 1,
        "images/train/happy/1.jpg": 2,
        "images/train/images/train/happy/1.jpg": 2,
        "images/train/bored/1.jpg": 3,
        "images/test/Neutral/2.png": 4,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / name), picture(seed))
    cv2.imwrite(str(root / "images/train/sad.jpg"), picture(5))
    large = np.zeros((96, 96), np.uint8)
    (root / "images" / "test" / "sad").mkdir()
    cv2.imwrite(str(root / "images" / "test" / "sad" / "1.png"), large)
    (root / "images" / "test" / "sad" / "2.png").write_bytes(b"")
    built = Built("fer2013", root, tmp_path / "data")
    happy = labels.get("fer2013").index("happy")
    assert expressions(built.examples, "train") == {
        "angry/1.jpg": 0,
        "happy/1.jpg": happy,
    }
    assert expressions(built.examples, "test") == {"neutral/2.png": 6}
    np.testing.assert_array_equal(
        pixels(built, "test")["neutral/2.png"], picture(4)
    )
    jpeg = root / "images" / "train" / "happy" / "1.jpg"
    np.testing.assert_array_equal(
        pixels(built, "train")["happy/1.jpg"],
        cv2.imread(str(jpeg), cv2.IMREAD_GRAYSCALE),
    )
    assert built.left_out() == {
        "empty": ["images/test/sad/2.png"],
        "no picture of 48x48 pixels": ["images/test/sad/1.png"],
        "in no folder of a class, or pictures that stand elsewhere": [
            "images/train/bored/1.jpg",
            "images/train/images/train/happy/1.jpg",
        ],
        "no file of FER2013 by its name": ["images/train/sad.jpg"],
    }


def test_votes_of_ferplus_under_this_name_are_refused(tmp_path):
    rows = [("Training", "fer0000000.png", votes(fear=10), picture(0))]
    write_ferplus(tmp_path, rows)
    (tmp_path / "fer2013new.csv").rename(tmp_path / "fer2013.csv")
    with pytest.raises(ValueError, match="under another name.*no picture"):
        corpora.check("fer2013", tmp_path)


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([(7, picture(0), "Training")], None, "row 2.*emotion.*'7'"),
        ([(-1, picture(0), "Training")], None, "row 2.*emotion.*'-1'"),
        ([ROWS[0], (1, picture(0), "Tr")], None, "row 3.*PublicTest.*'Tr'"),
        (ROWS[:1], "emotion,pixels", "columns emotion, pixels and Usage"),
    ],
)
def test_cells_that_mean_nothing_are_refused(tmp_path, rows, header, message):
    how = {"header": header} if header else {}
    write_pixels(tmp_path / "own" / "fer2013.csv", rows, **how)
    with pytest.raises(ValueError, match=message):
        corpora.prepare("fer2013", tmp_path / "own", tmp_path / "data", False)
    assert not list((tmp_path / "data").rglob("*.tfrecord*"))


def test_a_pointer_of_lfs_alone_is_named(tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:b6b2bd9c"
    (tmp_path / "fer2013.csv").write_text(pointer)
    with pytest.raises(FileNotFoundError, match="git lfs pull"):
        corpora.check("fer2013", tmp_path)


def test_another_folder_is_refused_with_what_was_looked_for(tmp_path):
    (tmp_path / "fer2013.tar.gz").write_bytes(b"x")
    with pytest.raises(FileNotFoundError) as error:
        corpora.check("fer2013", tmp_path)
    for words in ("icml_face_data.csv", "unpacked", "Found fer2013.tar.gz"):
        assert words in str(error.value)
    assert "emoaff corpora fer2013" in str(error.value)
