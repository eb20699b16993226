import cv2
import numpy as np
import pytest
from PIL import Image

from emoaff import corpora
from emoaff import labels
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.sample import PORTRAIT
from tests.tfds_builders.built import Built

WHOLE = "jaffe/portraits+find_faces=false+size=64"
# Name of the file to the number that its picture shows.
FILES = {
    "KA.AN1.39.tiff": 1,
    "KA.DI3.44.tif": 2,
    "KL.fe2.175.TIFF": 3,
    "KL.HA1.158.tiff": 4,
    "KM.NE1.1.tiff": 5,
    "KM.SA5.13.jpg": 6,
    "UY.SU3.145.tiff.bmp": 7,
}
EXPECTED = {
    "KA.AN1.39": (1, "anger", "KA"),
    "KA.DI3.44": (2, "disgust", "KA"),
    "KL.FE2.175": (3, "fear", "KL"),
    "KL.HA1.158": (4, "happiness", "KL"),
    "KM.NE1.1": (5, "neutral", "KM"),
    "KM.SA5.13": (6, "sadness", "KM"),
    "UY.SU3.145": (7, "surprise", "UY"),
}


def write(path, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = numbered(number)[..., 0]
    encoded = ".png" if path.suffix == ".bmp" else path.suffix.lower()
    _, data = cv2.imencode(encoded, np.repeat(grey, 4, axis=0)[:64])
    path.write_bytes(data.tobytes())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("jaffe")
    own = root / "own" / "jaffe" / "jaffe"
    for name, number in FILES.items():
        write(own / name, number)
    write(root / "own" / "KA.AN1.39.png", 90)  # a converted copy
    write(own / "copy" / "KA.AN1.39.tiff", 91)
    write(own / "KA.XX1.40.tiff", 92)
    write(own / "me.tiff", 93)
    (own / "KA.AN2.40.tiff").write_bytes(b"")
    (own / "KA.AN3.41.tiff").write_bytes(b"no picture")
    (own / "KA.AN4.42.tiff").write_bytes(b"version https://git-lfs.git")
    (own / "README_FIRST.txt").write_text("x")
    (own / "._KA.AN1.39.tiff").write_bytes(b"x")
    return Built(WHOLE, root / "own", root / "data")


def write_source(root):
    for name, number in FILES.items():
        write(root / name, number)


# What test_contract.py builds.
SMALL_SOURCE = WHOLE, write_source


def test_names_give_person_and_expression(built):
    space = labels.get("jaffe")
    found = {
        e["recording"].decode(): (
            number_of(e["image"]),
            space.classes[e["expression"]],
            e["subject"].decode(),
        )
        for e in built.examples["train"]
    }
    assert found == EXPECTED


def test_pictures_stand_in_the_order_of_their_names(built):
    assert built.names("train") == sorted(EXPECTED)
    assert list(built.examples) == ["train"]


def test_nothing_but_the_class_is_labelled(built):
    for example in built.examples["train"]:
        assert np.isnan(example["valence"])
        assert np.isnan(example["arousal"])
        assert example["image"].shape == (64, 64, 3)


def test_the_report_names_what_is_left_out_and_why(built):
    own = "jaffe/jaffe"
    assert built.left_out() == {
        "a picture that is there before": [
            "KA.AN1.39.png",
            f"{own}/copy/KA.AN1.39.tiff",
        ],
        "not named as JAFFE's pictures are": [
            f"{own}/KA.XX1.40.tiff",
            f"{own}/me.tiff",
        ],
        "empty": [f"{own}/KA.AN2.40.tiff"],
        "cannot be read": [f"{own}/KA.AN3.41.tiff"],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{own}/KA.AN4.42.tiff"
        ],
        "neither a video nor a picture": [f"{own}/README_FIRST.txt"],
        "put there by the operating system": [f"{own}/._KA.AN1.39.tiff"],
    }
    assert built.report["splits"]["train"]["subjects"] == 4


def test_faces_are_found_in_portraits_of_any_kind(tmp_path):
    face = Image.open(PORTRAIT).convert("L").resize((256, 256))
    (tmp_path / "own").mkdir()
    face.save(tmp_path / "own" / "KA.HA1.29.tiff")
    face.convert("P").save(tmp_path / "own" / "KA.HA2.30.tiff")
    blank = Image.fromarray(np.full((256, 256), 128, np.uint8))
    blank.save(tmp_path / "own" / "KA.NE1.26.tiff")
    built = Built("jaffe", tmp_path / "own", tmp_path / "data")
    assert built.names("train") == ["KA.HA1.29", "KA.HA2.30"]
    images = [e["image"] for e in built.examples["train"]]
    assert images[0].shape == (160, 160, 3)
    np.testing.assert_array_equal(*images)
    np.testing.assert_array_equal(images[0][..., 0], images[0][..., 2])
    assert built.left_out() == {"no face found": ["KA.NE1.26"]}


def test_a_check_counts_classes_and_misses(tmp_path):
    for name, number in FILES.items():
        write(tmp_path / name, number)
    text = corpora.check("jaffe", tmp_path)
    assert "train has 7 recordings, published are 213" in text
    lines = [line.split() for line in text.split("\n")]
    assert ["recordings", "7"] in lines
    assert ["happiness", "1"] in lines
    assert ["subjects", "4"] in lines


def test_another_folder_is_refused_with_what_was_looked_for(tmp_path):
    write(tmp_path / "pictures" / "me.tiff", 0)
    with pytest.raises(FileNotFoundError) as error:
        corpora.check("jaffe", tmp_path)
    for words in ("KA.AN1.39.tiff", "me.tiff", "emoaff corpora jaffe"):
        assert words in str(error.value)
