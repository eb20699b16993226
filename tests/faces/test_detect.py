import pathlib
import subprocess
import sys

import cv2
import keras
import numpy as np
import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import read_picture
from emoaff.faces.detect import Detection
from tests.faces.scene import overlap


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.fixture
def group(shared_data):
    return read_picture(shared_data / "videos" / "multi_face.jpg").image


@pytest.fixture
def portrait(shared_data):
    return read_picture(shared_data / "videos" / "single_face.jpg").image


def matched(first, second):
    """Least overlap of faces with those of another list, one to one."""
    assert len(first) == len(second)
    return min(max(overlap(a.box, b.box) for b in second) for a in first)


def test_every_face_of_a_group_is_found(detector, group):
    faces = detector.detect(group)
    assert len(faces) == 5
    assert min(face.score for face in faces) > 0.95
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)


def test_landmarks_lie_where_they_should(detector, group):
    for face in detector.detect(group):
        x, y, w, h = face.box
        eye, other_eye, nose, mouth, other_mouth = face.landmarks
        assert face.landmarks.shape == (5, 2)
        assert x < eye[0] < other_eye[0] < x + w
        assert x < mouth[0] < other_mouth[0] < x + w
        assert y < eye[1] < nose[1] < mouth[1] < y + h


def test_boxes_are_those_of_the_package(detector, group):
    import mtcnn

    small = cv2.resize(group, (640, 427), interpolation=cv2.INTER_AREA)
    scale = group.shape[1] / 640
    theirs = mtcnn.MTCNN().detect_faces(small)
    ours = [np.array(face.box) / scale for face in detector.detect(group)]
    assert len(theirs) == len(ours)
    for each in theirs:
        assert max(overlap(each["box"], box) for box in ours) > 0.75


def test_boxes_scale_with_the_picture(detector, portrait):
    double = cv2.resize(portrait, None, fx=2, fy=2)
    (small,), (large,) = detector.detect(portrait), detector.detect(double)
    assert overlap(small.box, np.array(large.box) / 2) > 0.85
    np.testing.assert_allclose(large.landmarks / 2, small.landmarks, atol=12)


def test_the_smallest_face_is_what_was_asked_for(group):
    # Faces are about 130 pixels high, so 83 at the detector's size.
    assert len(FaceDetector(min_face=60).detect(group)) == 5
    assert FaceDetector(min_face=200).detect(group) == []
    assert len(FaceDetector(max_side=1000, min_face=60).detect(group)) == 5


def test_a_face_is_confirmed_only_where_it_is(detector, group):
    faces = detector.detect(group)
    shifted = [
        (x + 0.1 * w, y - 0.1 * h, 1.1 * w, h)
        for x, y, w, h in (face.box for face in faces)
    ]
    sky = (700.0, 20, 90, 90)
    *found, nothing = detector.confirm(group, [*shifted, sky])
    assert nothing is None
    for face, again in zip(faces, found, strict=True):
        assert overlap(face.box, again.box) > 0.7
    assert detector.confirm(group, []) == []


def test_looking_twice_gives_the_same(detector, portrait):
    (first,), (second,) = detector.detect(portrait), detector.detect(portrait)
    assert first.box == second.box
    assert first.score == second.score


@pytest.mark.parametrize(
    "shape", [(1, 1), (11, 640), (12, 12), (24, 24), (13, 900), (2000, 12)]
)
def test_pictures_without_room_for_a_face_have_none(detector, shape):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (*shape, 3), np.uint8)
    assert detector.detect(image) == []
    assert detector.confirm(image, [(0, 0, 5, 5)]) == [None]


@pytest.mark.parametrize("value", [0, 127, 255])
def test_flat_pictures_have_no_face(detector, value):
    assert detector.detect(np.full((240, 320, 3), value, np.uint8)) == []


def test_noise_has_no_face(detector):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (240, 320, 3), np.uint8)
    assert detector.detect(image) == []


def test_confirming_far_outside_of_the_picture_finds_nothing(detector):
    image = np.zeros((100, 100, 3), np.uint8)
    assert detector.confirm(image, [(-900, -900, 50, 50)]) == [None]


def test_half_precision_elsewhere_changes_nothing(detector, portrait):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        (half,) = FaceDetector().detect(portrait)
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")
    (full,) = detector.detect(portrait)
    assert half.box == full.box


def test_a_file_of_that_name_in_the_folder_is_not_loaded(
    tmp_path, monkeypatch, portrait
):
    for name in ("pnet.lz4", "rnet.lz4", "onet.lz4"):
        (tmp_path / name).write_bytes(b"something else")
    monkeypatch.chdir(tmp_path)
    assert len(FaceDetector().detect(portrait)) == 1


@pytest.mark.parametrize(
    "image",
    [np.zeros((90, 90), np.uint8), np.zeros((90, 90, 3), np.float32)],
)
def test_a_wrong_image_says_what_was_received(detector, image):
    with pytest.raises(ValueError, match=r"Received: shape=\(90, 90"):
        detector.detect(image)


def test_wrong_sizes_say_what_was_received():
    with pytest.raises(ValueError, match="Received: max_side=8"):
        FaceDetector(max_side=8)


def test_importing_loads_no_detector():
    code = (
        "import sys, emoaff.faces; emoaff.faces.FaceDetector(); "
        "emoaff.faces.FaceTracker(); print('mtcnn' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=pathlib.Path(__file__).parents[2],
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_a_turn_is_the_nose_off_the_middle_of_the_eyes():
    # Eyes 20 apart, the nose 6 to the left of the middle: 0.3.
    points = np.float32([[10, 10], [30, 10], [14, 22], [12, 30], [28, 30]])
    assert Detection((0, 0, 40, 40), 1.0, points).turn == pytest.approx(0.3)


def test_a_tilted_or_larger_head_is_turned_as_much():
    points = np.float32([[10, 10], [30, 10], [14, 22], [12, 30], [28, 30]])
    angle = np.radians(40)
    matrix = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    tilted = 3 * points @ np.float32(matrix) + 50
    assert Detection((0, 0, 9, 9), 1.0, tilted).turn == pytest.approx(0.3)


def test_without_landmarks_the_turn_is_unknown():
    assert np.isnan(Detection((0, 0, 9, 9), 1.0, np.zeros((5, 2))).turn)
