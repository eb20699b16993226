import shutil

import numpy as np
import pytest

from emoaff.faces.face_gallery import FaceGallery
from tests.sample import PORTRAIT

UP, RIGHT, BACK = np.eye(3, dtype="float32")


class Detector:
    """Finds as many faces as a picture's first pixel says."""

    def detect(self, image):
        from emoaff.faces.detect import Detection

        box, points = (1.0, 1.0, 9.0, 9.0), np.zeros((5, 2), "float32")
        return [Detection(box, 0.99, points)] * int(image[0, 0, 0] // 50)


class Embedder:
    """Embeds a face by the colour of the picture's middle."""

    def cut(self, image, box):
        return image[image.shape[0] // 2, image.shape[1] // 2].astype("float32")

    def embed(self, crops):
        return np.stack([crop / np.linalg.norm(crop) for crop in crops])


def draw(path, colour, faces=1):
    import cv2

    image = np.zeros((32, 32, 3), np.uint8)
    image[:] = np.array(colour) * 200
    image[:8, :8] = 50 * faces + 20
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1])


@pytest.fixture
def gallery(tmp_path):
    draw(tmp_path / "anna.png", UP)
    draw(tmp_path / "anna_2.png", UP)
    draw(tmp_path / "ben.png", RIGHT)
    draw(tmp_path / "Carla Diaz" / "holiday 7.png", BACK)
    return FaceGallery(tmp_path, Embedder(), Detector())


def near(base, other, likeness):
    return likeness * base + np.sqrt(1 - likeness**2) * other


def test_names_are_those_of_files_and_folders(gallery):
    assert gallery.names == ["Carla Diaz", "anna", "ben"]


def test_a_clear_face_is_named_and_others_are_not(gallery):
    means = {
        1: near(UP, BACK, 0.95),
        2: near(RIGHT, -BACK, 0.6),  # too little like Ben
        3: near(UP, RIGHT, 0.72),  # as like Ben as Anna
    }
    assert gallery.find_names(means) == {1: "anna"}
    assert gallery.find_names({}) == {}


def test_two_in_one_frame_have_not_one_name(gallery):
    means = {1: near(UP, -BACK, 0.9), 2: near(UP, -BACK, 0.95)}
    assert gallery.find_names(means) == {1: "anna", 2: "anna"}
    beside = {frozenset((1, 2))}
    assert gallery.find_names(means, beside) == {2: "anna"}


@pytest.mark.parametrize(("faces", "said"), [(0, "no faces"), (2, "2 faces")])
def test_a_picture_of_nobody_or_of_several_is_refused(faces, said, tmp_path):
    draw(tmp_path / "anna.png", UP, faces)
    with pytest.raises(ValueError, match=f"anna.png: expected .*Found {said}"):
        FaceGallery(tmp_path, Embedder(), Detector())


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Found no picture"):
        FaceGallery(tmp_path, Embedder(), Detector())
    with pytest.raises(FileNotFoundError):
        FaceGallery(tmp_path / "nowhere", Embedder(), Detector())


def test_a_person_is_named_in_a_video_and_a_picture(tmp_path):
    pytest.importorskip("ai_edge_litert")
    import emoaff
    from emoaff.presets import load_preset
    from tests.sample import CLIP

    shutil.copy(PORTRAIT, tmp_path / "eileen.jpg")
    preset = load_preset("compact_ferplus", "litert")
    for path in (PORTRAIT, CLIP):
        timeline = emoaff.predict_video(path, preset, people=str(tmp_path))
        assert len(set(timeline.to_pandas()["person"].dropna())) == 1
        assert timeline.names == {1: "eileen"}


def test_two_names_of_one_person_are_said(gallery, tmp_path):
    assert gallery.warnings == []
    draw(tmp_path / "bea.png", near(UP, RIGHT, 0.95))
    (said,) = FaceGallery(tmp_path, Embedder(), Detector()).warnings
    assert said.startswith("anna and bea look like one person")


def test_a_file_that_shows_none_of_the_people_says_so(tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert")
    import emoaff
    from emoaff.presets import load_preset
    from tests.sample import CLIP

    shutil.copy(PORTRAIT, tmp_path / "eileen.jpg")
    preset = load_preset("compact_ferplus", "litert")
    for path in (PORTRAIT, CLIP):
        timeline = emoaff.predict_video(path, preset, people=str(tmp_path))
        assert timeline.warnings == []
        list(timeline.linked())
        assert timeline.warnings == []  # she is there
        monkeypatch.setattr(FaceGallery, "find_names", lambda *_: {})
        list(timeline.linked())
        assert timeline.warnings == ["nobody looks clearly like eileen"]
        monkeypatch.undo()
