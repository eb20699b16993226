import shutil

import cv2
import numpy as np
import pytest

from emoaff import corpora
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.tfds_builders.built import Built
from tfds_builders.affectnet import npy_number

HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,"
    "facial_landmarks,expression,valence,arousal"
)
LANDMARKS = ";".join(f"{k}.5" for k in range(136))
NAN = float("nan")
SMALL = "+margin=0.0+size=32"
HAPPINESS, SURPRISE, ANGER = 1, 3, 6  # in affectnet_8


def path_of(folder, number, suffix):
    """Folder and 56 hexadecimal digits, as the lists have them."""
    return f"{folder}/{number:056x}.{suffix}"


A = path_of(10, 1, "jpg")
B = path_of(2, 2, "PNG")
GROUP = path_of(2, 3, "jpg")
NO_FACE = path_of(2, 4, "bmp")
UNCERTAIN = path_of(3, 5, "jpg")
NONE = path_of(3, 6, "tif")
PLAIN = path_of(3, 7, "jpeg")
GONE = path_of(3, 8, "jpg")
EMPTY = path_of(3, 9, "jpg")
POINTER = path_of(3, 10, "jpg")
BROKEN = path_of(3, 11, "jpg")
NO_BOX = path_of(3, 12, "jpg")
EDGE = path_of(3, 13, "jpg")
UNLISTED = path_of(3, 14, "jpg")
HELD_OUT = path_of(4, 15, "BMP")
AUTOMATIC = path_of(10, 1, "jpg")  # as A, in the other half


def row(picture, box, *labels):
    return ",".join(map(str, (picture, *box, LANDMARKS, *labels)))


def picture(path, *faces):
    """Writes a grey picture with the stripes of a number in each box."""
    image = np.full((100, 160, 3), 128, np.uint8)
    for number, (x, y, width, height) in faces:
        stripes = cv2.resize(numbered(number), (width, height))
        image[y : y + height, x : x + width] = stripes
    path.parent.mkdir(parents=True, exist_ok=True)
    ok, data = cv2.imencode(path.suffix.lower(), image)
    assert ok
    path.write_bytes(data.tobytes())


def write_original(root):
    """The release of 2017 as unpacked by hand, with all that is odd in it."""
    pictures = root / "Manually_Annotated_compressed/manually annotated_images"
    picture(pictures / A, (1, (20, 30, 40, 40)))
    picture(pictures / B.replace("PNG", "png"), (2, (11, 11, 48, 48)))
    picture(pictures / GROUP, (3, (8, 8, 64, 64)), (4, (88, 16, 64, 64)))
    picture(pictures / NO_FACE)
    picture(pictures / UNCERTAIN, (5, (20, 30, 40, 40)))
    picture(pictures / NONE, (6, (40, 40, 48, 48)))
    picture(pictures / PLAIN, (7, (20, 30, 40, 40)))
    picture(pictures / NO_BOX)
    picture(pictures / EDGE, (9, (0, 0, 64, 64)))
    picture(pictures / UNLISTED)
    picture(pictures / HELD_OUT, (15, (20, 30, 40, 40)))
    (pictures / EMPTY).write_bytes(b"")
    (pictures / POINTER).write_text("version https://git-lfs.github.com/spec")
    (pictures / BROKEN).write_bytes(b"\xff\xd8\xff no picture")
    (pictures / "10" / f"._{A[3:]}").write_bytes(b"Mac OS X")
    (root / "Manually_Annotated.part01.rar").write_bytes(b"archive")
    face = (20, 30, 40, 40)
    rows = [
        HEADER.replace("face_x", " Face_X "),
        row(A, face, HAPPINESS, 0.785714, -0.0555556),
        row(B, ("11.0", "11.0", "48.0", "48.0"), ANGER, -0.444444, 0.492063),
        row(GROUP, (8, 8, 64, 64), SURPRISE, 0.1, 0.2),
        row(GROUP, (88, 16, 64, 64), ANGER, -0.3, 0.4),
        row(NO_FACE, (-1, -1, -1, -1), 10, -2, -2).replace(LANDMARKS, ""),
        row(UNCERTAIN, face, 9, -2, -2),
        row(NONE, (40, 40, 48, 48), 8, 0.5, -1),
        row(PLAIN, face, 0, -2, "-2.0"),
        row(GONE, face, 1, 0, 0),
        row(EMPTY, face, 1, 0, 0),
        row(POINTER, face, 1, 0, 0),
        row(BROKEN, face, 1, 0, 0),
        row(NO_BOX, ("NULL", "NULL", "NULL", "NULL"), 2, -0.5, 0),
        row(EDGE, (-1, -1, 66, 66), 7, -0.25, 0.25),
        "",
        f"{UNLISTED},20,30,40,40,1.5;2.5;3",  # where a download broke off
    ]
    lists = root / "Manually_Annotated_file_lists/Manually_Annotated_file_lists"
    lists.mkdir(parents=True)
    (lists / "training.csv").write_text("\r\n".join(rows), "utf-8-sig")
    # Copies of this list lack the header.
    rows = [row(HELD_OUT, face, 5, -0.7, 0.3), row(A, face, 1, 0.7, 0)]
    (lists / "validation.csv").write_text("\n".join(rows) + "\n")


def write_automatic(root):
    picture(
        root / "Automatically_Annotated_Images" / AUTOMATIC,
        (31, (60, 20, 40, 40)),
    )
    lists = root / "Automatically_annotated_file_list"
    lists.mkdir()
    (lists / "automatically_annotated.csv").write_text(
        f"{HEADER}\n{row(AUTOMATIC, (60, 20, 40, 40), 4, -0.1, 0.9)}\n"
    )


def npy(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, value)


def write_march(root):
    """The release of 2021 in folders that were unpacked into their own."""
    train, held_out = root / "affectnet/train_set/train_set", root / "Val_Set"
    for folder, numbers in ((train, (0, 1, 4, 5, 6, 9, 17)), (held_out, (4,))):
        for number in numbers:
            path = folder / "images" / f"{number}.jpg"
            shown = number if folder == train else 200
            picture(path, (shown, (0, 0, 160, 100)))
    files = train / "annotations"
    # Text, as readers of this release take it for.
    npy(files / "0_exp.npy", np.array("7"))
    npy(files / "0_val.npy", np.array("-0.436508"))
    npy(files / "0_aro.npy", np.array("0.0238095"))
    npy(files / "0_lnd.npy", np.arange(136).astype(str))
    # Numbers, with and without an axis, and bytes.
    npy(files / "1_exp.npy", np.array([3]))
    npy(files / "1_val.npy", np.float32(0.25))
    npy(files / "1_aro.npy", np.array(b"-2"))
    # Only some can be read.
    npy(files / "4_exp.npy", np.array({"no": "number"}, object))
    npy(files / "4_val.npy", np.array(" 0.5 "))
    (files / "4_aro.npy").write_bytes(b"")
    npy(files / "5_exp.npy", np.array("happy"))
    npy(files / "6_lnd.npy", np.zeros(136))
    npy(files / "8_exp.npy", np.array("1"))
    npy(files / "9_exp.npy", np.array("11"))
    npy(files / "9_val.npy", np.array(1.5))
    npy(files / "9_aro.npy", np.array([0.1, 0.2]))
    npy(files / "17_exp.npy", np.array("0"))
    (train / "images" / "17.jpg").write_bytes(b"")
    npy(held_out / "annotations" / "4_exp.npy", np.array("2"))
    npy(held_out / "annotations" / "4_val.npy", np.array(-1.0))
    npy(held_out / "annotations" / "4_aro.npy", np.array(1.0))
    (root / "AffectNet8Labels_Documentation.pdf").write_bytes(b"pdf")


@pytest.fixture(scope="module")
def original_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("original")
    write_original(root)
    write_automatic(root)
    return root


@pytest.fixture(scope="module")
def original(original_root, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"affectnet/original{SMALL}", original_root, data_dir)


@pytest.fixture(scope="module")
def march_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("march")
    write_march(root)
    return root


@pytest.fixture(scope="module")
def march(march_root, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built("affectnet/march_2021+size=32", march_root, data_dir)


def stored(built, split):
    """Picture's number, expression, valence and arousal of each example."""
    return {
        each["recording"].decode(): (
            number_of(each["image"]),
            int(each["expression"]),
            float(each["valence"]),
            float(each["arousal"]),
        )
        for each in built.examples[split]
    }


def assert_stored(built, split, expected):
    found = stored(built, split)
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(
            np.float32(found[name]), np.float32(values), name
        )


def test_pictures_whose_class_has_no_file_are_counted(march_root):
    text = corpora.check("affectnet/march_2021", march_root)
    # 5 and 17; 6 has landmarks only, and 8 no picture.
    assert "note: pictures of train without valence: 2;" in text
    copy = march_root.parent / "march_without"
    shutil.copytree(march_root, copy)
    for number in (0, 4):
        file = f"affectnet/train_set/train_set/annotations/{number}_exp.npy"
        (copy / file).unlink()
    text = corpora.check("affectnet/march_2021", copy)
    assert (
        "pictures of train without a class: 2; their _exp.npy is not there, "
        "such as train_set/0_exp.npy"
    ) in text


# The release of 2017


# What test_contract.py builds.
SMALL_SOURCE = f"affectnet/original{SMALL}", write_original


def test_every_labelled_face_is_stored_with_what_its_row_says(original):
    assert_stored(
        original,
        "train",
        {
            f"{A}#training:1": (1, HAPPINESS, 0.785714, -0.0555556),
            B: (2, ANGER, -0.444444, 0.492063),
            f"{GROUP}#training:3": (3, SURPRISE, 0.1, 0.2),
            f"{GROUP}#training:4": (4, ANGER, -0.3, 0.4),
            NONE: (6, -1, 0.5, -1.0),
            PLAIN: (7, 0, NAN, NAN),
            EDGE: (9, 7, -0.25, 0.25),
        },
    )
    assert {each["subject"] for each in original.examples["train"]} == {b""}


def test_a_list_without_header_gives_its_first_row_too(original):
    assert_stored(
        original,
        "validation",
        {
            f"{A}#validation:2": (1, HAPPINESS, 0.7, 0.0),
            HELD_OUT: (15, 5, -0.7, 0.3),
        },
    )


def test_everything_that_is_not_used_has_a_reason(original):
    found = original.left_out()
    both = found.pop("no part of this configuration, or a second copy")
    assert [name.split("/")[0] for name in both] == [
        "Automatically_Annotated_Images",
        "Automatically_annotated_file_list",
        "Manually_Annotated.part01.rar",
    ]
    (broken,) = found.pop("cannot be read")
    assert broken.removeprefix(FOLDER) == BROKEN
    shortened = {
        why: [name.removeprefix(FOLDER) for name in names]
        for why, names in found.items()
    }
    assert shortened == {
        "row cut short": ["training.csv, row 15"],
        "class No-Face": [NO_FACE],
        "no label: class Uncertain, or none": [UNCERTAIN],
        "no face box": [NO_BOX],
        "named in training.csv, but not there": [GONE],
        "empty": [EMPTY],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [POINTER],
        "in no list": [UNLISTED],
        "put there by the operating system": [f"10/._{A[3:]}"],
    }


FOLDER = "Manually_Annotated_compressed/manually annotated_images/"


def test_what_is_repeated_and_what_differs_from_publications_is_said(
    original, original_root
):
    notes = original.report["notes"]
    assert "pictures in several rows, each row an example: 2" in notes
    assert "pictures in both train and validation: 1" in notes
    text = corpora.check("affectnet/original", original_root)
    assert "train has 8 recordings, published are 320739" in text
    assert "validation has 2 recordings, published are 4500" in text
    assert "left out: 1 (class No-Face), such as 2/000" in text


def test_the_margin_shows_what_is_around_the_box(original_root, tmp_path):
    built = Built(
        "affectnet/original+margin=1.0+size=32", original_root, tmp_path
    )
    (image,) = (
        each["image"]
        for each in built.examples["train"]
        if each["recording"].decode() == NONE
    )
    # A box of 48 in a square of 96: its middle half in both directions.
    assert number_of(image[8:24, 8:24]) == 6
    np.testing.assert_allclose(image[:7], 128, atol=6)
    np.testing.assert_allclose(image[:, :7], 128, atol=6)


def test_the_automatic_half_is_for_training_alone(original_root, tmp_path):
    built = Built(
        f"affectnet/original_automatic{SMALL}", original_root, tmp_path
    )
    assert [n for n, *_ in stored(built, "validation").values()] == [1, 15]
    name = f"{AUTOMATIC}#automatically_annotated:1"  # as a manual one's
    assert_stored(built, "train", {name: (31, 4, -0.1, 0.9)})
    assert "in no list" not in built.left_out()


def test_both_halves_keep_names_apart(original_root):
    name = "affectnet/original_automatic+manual=true"
    text = corpora.check(name, original_root)
    # The 8 of the manual half, one of which cannot be decoded, and 1.
    assert text.splitlines()[2].split() == ["recordings", "9", "2"]
    # A's two rows and GROUP's; the automatic one is another picture.
    assert "pictures in several rows, each row an example: 2" in text


def test_looking_for_faces_leaves_out_pictures_of_several_rows(original_root):
    name = "affectnet/original+find_faces=true"
    text = corpora.check(name, original_root)
    why = "picture of several rows, which only their boxes tell apart"
    # A and GROUP stand in two rows each.
    assert f"left out: 4 ({why})" in text
    assert "no face box" not in text


def test_half_of_a_copy_is_built(tmp_path):
    write_original(tmp_path)
    lists = "Manually_Annotated_file_lists/Manually_Annotated_file_lists"
    (tmp_path / lists / "training.csv").unlink()
    text = corpora.check("affectnet/original", tmp_path)
    assert "note: training.csv is not there; train has nothing of it" in text
    assert text.splitlines()[1].split() == ["validation"]
    assert text.splitlines()[2].split() == ["recordings", "2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (row("1/a.jpg", (1, 1, 5, 5), 11, 0, 0), "class from 0 to 10.*: 11"),
        (row("1/a.jpg", (1, 1, 5, 5), "x", 0, 0), "a number. Received: 'x'"),
        (row("1/a.jpg", (1, 1, 5, 5), 1, 0, 1.5), "arousal up to 1.*: 1.5"),
        (row("1/a.jpg", (1, "-", 5, 5), 1, 0, 0), "a number. Received: '-'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_list_and_row(tmp_path, line, message):
    write_original(tmp_path)
    path = next(tmp_path.rglob("training.csv"))
    path.write_text(
        "\n".join([HEADER, row("1/b.jpg", (1, 1, 5, 5), 1, 0, 0), line])
    )
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("affectnet/original", tmp_path)
    assert str(error.value).startswith("training.csv, row 2 below the header")
    assert "\n" not in str(error.value)


def test_a_list_without_a_column_is_refused(tmp_path):
    write_original(tmp_path)
    path = next(tmp_path.rglob("training.csv"))
    path.write_text(HEADER.replace("face_width", "w") + "\n")
    with pytest.raises(ValueError, match="Missing: face_width"):
        corpora.check("affectnet/original", tmp_path)


# The release of 2021


def test_numbers_and_texts_in_npy_files_are_read_alike(march):
    assert_stored(
        march,
        "train",
        {
            "train_set/0": (0, 7, -0.436508, 0.0238095),
            "train_set/1": (1, 3, 0.25, NAN),
            "train_set/4": (4, -1, 0.5, NAN),
        },
    )


def test_the_same_id_in_both_sets_is_two_examples(march):
    assert_stored(march, "validation", {"val_set/4": (200, 2, -1.0, 1.0)})


def test_pictures_and_labels_without_each_other_are_counted(march):
    folder = "affectnet/train_set/train_set"
    files = "4_exp 4_aro 5_exp 9_exp 9_val 9_aro".split()
    assert march.left_out() == {
        "labelled, but its picture is not there": ["train_set/8"],
        "empty": [f"{folder}/images/17.jpg"],
        "label that cannot be read": sorted(
            f"{folder}/annotations/{name}.npy" for name in files
        ),
        "no label": ["train_set/5", "train_set/6", "train_set/9"],
        "no part of this configuration": ["AffectNet8Labels_Documentation.pdf"],
    }


def test_the_crops_are_stored_whole(march):
    image = march.examples["train"][1]["image"]
    assert image.shape == (32, 32, 3)
    # The picture of 160x100 with its border repeated up to a square: the
    # upper rows are its first.
    assert number_of(image[:4]) == number_of(image[14:18]) == 1


def test_an_npy_number_is_what_numpy_reads(tmp_path):
    values = [
        np.array("0.1234567"),
        np.array(["-1"]),
        np.array(b"3"),
        np.float64(-0.3),
        np.float32(0.7),
        np.array([[5]], np.int16),
        np.array(2.5, ">f8"),
        np.array("8", ">U3"),
    ]
    for value in values:
        npy(tmp_path / "a.npy", value)
        expected = float(np.load(tmp_path / "a.npy").item())
        assert npy_number.read(tmp_path / "a.npy") == expected
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array(file, np.array(4.5), version=(2, 0))
    assert npy_number.read(tmp_path / "a.npy") == 4.5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY\x01\x00",
        b"\x93NUMPY\x09\x00\x00\x00\x00\x00",
        b"0.5",
    ],
)
def test_a_damaged_npy_file_is_no_number(tmp_path, data):
    (tmp_path / "a.npy").write_bytes(data)
    with pytest.raises(ValueError):
        npy_number.read(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "value", [np.array([1, 2]), np.array([]), np.array(1, object)]
)
def test_other_arrays_are_no_number(tmp_path, value):
    npy(tmp_path / "a.npy", value)
    with pytest.raises(ValueError):
        npy_number.read(tmp_path / "a.npy")


# Both


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ("original", "training.csv, validation.csv and a folder Manually_"),
        ("original_automatic", "automatically_annotated.csv and a folder"),
        ("march_2021", "folders train_set and val_set"),
    ],
)
def test_a_wrong_folder_is_refused_by_what_was_looked_for(
    tmp_path, config, wanted
):
    (tmp_path / "train" / "0").mkdir(parents=True)
    (tmp_path / "train" / "0" / "a.jpg").write_bytes(b"x")
    with pytest.raises(FileNotFoundError, match=wanted) as error:
        corpora.check(f"affectnet/{config}", tmp_path)
    assert "Found train." in str(error.value)
    assert "\n" not in str(error.value)


def test_the_other_release_is_named(original_root, march_root):
    with pytest.raises(FileNotFoundError, match="affectnet/march_2021 for it"):
        corpora.check("affectnet", march_root)
    with pytest.raises(FileNotFoundError, match="affectnet/original for it"):
        corpora.check("affectnet/march_2021", original_root)


def test_train_of_neither_half_is_refused(original_root):
    with pytest.raises(ValueError, match="manual or automatic to be true"):
        corpora.check("affectnet/original+manual=false", original_root)


def test_the_recipe_finds_its_classes(original, tmp_path):
    space = corpora.find_label_space("affectnet", tmp_path)
    assert space.name == "affectnet_8"
    counts = original.report["splits"]["train"]
    assert counts["classes"]["happiness"] == 1
    assert counts["expression"] == 6
    assert counts["valence"] == 6
