import cv2
import numpy as np
import pytest

from emoaff import corpora
from tests.tfds_builders.built import Built

NAME = "kerc2020/clips+size=32"
TABLE = """\
video_name,Valence,Arousal,Stress
Train/0001.mp4,2.5,5.9,7.2
Train/0011.mp4,10,0,5.6
Train/0012.mp4,,5,1
Train/0099.mp4,5,5,5
"""


def face(path, grey, edge=0):
    """A face of one grey with a black edge of so many of its 40 pixels."""
    image = np.zeros((40, 40, 3), np.uint8)
    image[edge : 40 - edge, edge : 40 - edge] = grey
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def write_source(root):
    """Writes faces out of order, a gap, a copy, a clip and a row alone."""
    (root / "train_mean.csv").write_text(TABLE)
    pictures = root / "frame_img"
    for number in (10, 0, 2, 1):
        face(pictures / f"v1-face_{number}.jpg", 20 * number + 10)
    face(pictures / "v11-face_0.jpg", 200, edge=4)
    face(pictures / "v12-face_0.jpg", 200)
    face(pictures / "v50-face_0.jpg", 200)
    face(pictures / "older" / "v1-face_1.jpg", 250)
    face(pictures / "poster.jpg", 0)


# See test_contract.py.
SMALL_SOURCE = NAME, write_source


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("kerc")
    write_source(root)
    return root


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    return Built(NAME, root, tmp_path_factory.mktemp("data"))


def test_a_clip_is_its_faces_in_order_of_their_numbers(built):
    assert list(built.examples) == ["train"]
    assert built.names("train") == ["0001", "0011", "0012"]
    frames = built.frames("0001")
    assert frames["index"].tolist() == [0, 1, 2, 10]
    greys = frames["image"].mean(axis=(1, 2, 3))
    np.testing.assert_allclose(greys, [10, 30, 50, 210], atol=2)
    np.testing.assert_allclose(frames["time"], np.array([0, 1, 2, 10]) / 3)


def test_ratings_of_0_to_10_become_minus_1_to_1_on_every_frame(built):
    frames = built.frames("0001")
    np.testing.assert_allclose(frames["valence"], 4 * [-0.5], atol=1e-6)
    np.testing.assert_allclose(frames["arousal"], 4 * [0.18], atol=1e-6)
    assert built.frames("0011")["valence"] == [1.0]
    assert built.frames("0011")["arousal"] == [-1.0]


def test_an_empty_cell_stays_missing(built):
    frames = built.frames("0012")
    assert np.isnan(frames["valence"]).all()
    assert frames["arousal"].tolist() == [0.0]


def test_a_block_of_neighbouring_clips_is_one_subject(built):
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in built.examples["train"]
    }
    assert subjects == {
        "0001": "block_000",
        "0011": "block_000",
        "0012": "block_001",
    }


def test_rows_and_pictures_by_themselves_are_reported(built):
    left = built.left_out()
    assert left["row without a picture"] == ["clip 99"]
    alone = left["picture of a clip without a row"]
    assert alone == ["frame_img/v50-face_0.jpg"]
    assert left["another copy of a face"] == ["frame_img/older/v1-face_1.jpg"]
    assert left["picture that names no clip"] == ["frame_img/poster.jpg"]
    assert any("a guess" in note for note in built.report["notes"])


def test_the_rating_can_stand_on_the_last_frame_alone(root, tmp_path):
    built = Built(f"{NAME}+label_on=last", root, tmp_path)
    valence = built.frames("0001")["valence"]
    assert np.isnan(valence[:3]).all()
    np.testing.assert_allclose(valence[3], -0.5, atol=1e-6)


def test_the_inner_part_of_pictures_can_be_kept(root, tmp_path):
    built = Built(f"{NAME}+inner=0.8", root, tmp_path)
    assert built.frames("0011")["image"].min() > 180


@pytest.mark.parametrize(
    "setting", ["label_on=first", "block=0", "inner=1.5", "inner=0"]
)
def test_settings_out_of_range_are_refused(root, setting):
    with pytest.raises(ValueError, match=f"Expected {setting.split('=')[0]}"):
        corpora.check(f"{NAME}+{setting}", root)


@pytest.mark.parametrize(
    "row, what",
    [
        ("Train/0002.mp4,11,5,5", "row 6: expected a number from 0 to 10"),
        ("Train/0001.mp4,5,5,5", "row 6: expected one row of clip 1"),
        ("nonsense,5,5,5", "row 6: expected a name such as"),
    ],
)
def test_a_wrong_row_is_refused_by_its_place(root, tmp_path, row, what):
    (tmp_path / "train_mean.csv").write_text(f"{TABLE}{row}\n")
    face(tmp_path / "v1-face_0.jpg", 9)
    with pytest.raises(ValueError, match=what):
        corpora.check(NAME, tmp_path)


def test_a_folder_without_table_or_faces_is_refused(tmp_path):
    face(tmp_path / "v1-face_0.jpg", 9)
    with pytest.raises(FileNotFoundError, match=r"train_mean\.csv"):
        corpora.check(NAME, tmp_path)
    (tmp_path / "v1-face_0.jpg").unlink()
    (tmp_path / "train_mean.csv").write_text(TABLE)
    with pytest.raises(FileNotFoundError, match="v1-face_0"):
        corpora.check(NAME, tmp_path)


def test_the_real_folder_has_502_clips_and_3167_faces(shared_data, tmp_path):
    root = shared_data / "kerc2020"
    if not root.is_dir():
        pytest.skip("needs shared/data/kerc2020 beside the checkout")
    built = Built(NAME, root, tmp_path)
    (train,) = built.report["splits"].values()
    assert train["recordings"] == 502
    assert train["frames"] == train["valence"] == 3167
    assert len(built.left_out()["row without a picture"]) == 2
