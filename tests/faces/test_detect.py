import pathlib
import subprocess
import sys

import cv2
import keras
import numpy as np
import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import detect
from emoaff.faces import read_picture
from emoaff.faces.detect import Detection
from tests.faces.scene import overlap
from tests.sample import PORTRAIT


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


POINTS = np.float32([[10, 10], [30, 10], [14, 22], [12, 30], [28, 30]])


def rotated(points, degrees):
    angle = np.radians(degrees)
    matrix = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return points @ np.float32(matrix)


def test_a_turn_is_the_mean_of_what_nose_and_eyes_say():
    # Eyes 20 apart, the nose 6 to the left of the middle: 0.3, 33.69 degrees.
    # From the front they would be 0.34 of 117.6 = 40 apart: 60 degrees.
    box = (0, 0, 100, 117.647)
    turn = Detection(box, 1.0, POINTS).turn
    assert turn == pytest.approx(0.45 * np.tan(np.radians(46.845)), rel=1e-4)


def test_eyes_as_far_apart_as_from_the_front_halve_the_angle_of_the_nose():
    turn = Detection((0, 0, 40, 40), 1.0, POINTS).turn
    assert turn == pytest.approx(
        0.45 * np.tan(np.radians(33.690 / 2)), rel=1e-4
    )


def test_a_tilted_or_larger_head_is_turned_as_much():
    plain = Detection((0, 0, 80, 80), 1.0, POINTS).turn
    tilted = 3 * rotated(POINTS, 40) + 50
    larger = Detection((0, 0, 240, 240), 1.0, tilted)
    assert larger.turn == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("degrees", [0, 30, -30, 90, 135, 180])
def test_a_tilt_is_the_angle_from_upright_to_either_side(degrees):
    found = Detection((0, 0, 9, 9), 1.0, rotated(POINTS, degrees))
    assert found.tilt == pytest.approx(abs(degrees), abs=1e-3)


def test_without_landmarks_the_turn_is_unknown():
    nothing = Detection((0, 0, 9, 9), 1.0, np.zeros((5, 2)))
    assert np.isnan(nothing.turn) and np.isnan(nothing.tilt)


@pytest.fixture
def large_group(shared_data):
    """Five faces of 75 to 104 pixels in 4032x3024."""
    path = shared_data.parent / "field_cases" / "group12mp.jpg"
    if not path.is_file():
        pytest.skip("needs shared/field_cases/group12mp.jpg")
    return read_picture(path).image


def on_canvas(picture, width, height, at=(0, 0)):
    """A larger picture of one colour that holds this one."""
    canvas = np.full((height, width, 3), (90, 120, 150), np.uint8)
    x, y = at
    canvas[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return canvas


def test_a_closer_look_finds_small_faces_in_a_large_picture(
    detector, large_group
):
    faces = detector.examine(large_group)
    assert len(faces) == 5
    assert all(70 < max(face.box[2:]) < 150 for face in faces)
    (sized,) = {round(face.box[2] / 90) for face in faces}
    assert sized == 1


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (2160, 3840)])
def test_a_closer_look_finds_a_small_face_far_from_the_middle(
    detector, portrait, width, height
):
    small = cv2.resize(portrait, (190, 187), interpolation=cv2.INTER_AREA)
    at = (width - 250, height - 240)
    image = on_canvas(small, width, height, at)
    (face,) = detector.examine(image)
    x, y, w, h = 195 / 3, 145 / 3, 177 / 3, 254 / 3
    assert overlap(face.box, (at[0] + x, at[1] + y, w, h)) > 0.6


def test_a_detector_for_small_faces_finds_them_in_frames(detector, large_group):
    assert len(detector.detect(large_group)) == 4
    assert len(detector.for_faces_from(60).detect(large_group)) == 5


def test_a_detector_for_large_faces_leaves_out_the_others(detector, group):
    # Faces are about 130 pixels high.
    assert detector.for_faces_from(300).detect(group) == []
    assert detector.for_faces_from(300).examine(group) == []
    assert len(detector.for_faces_from(100).detect(group)) == 5


@pytest.mark.parametrize(
    ("size", "still", "limit"),
    [
        ((1920, 1080), False, 72.0),  # 24 * 1920 / 640
        ((4032, 3024), False, 151.2),  # 24 * 4032 / 640
        ((3024, 4032), True, 37.8),  # 24 * 4032 / 2560
        ((1920, 1080), True, 24.0),
        ((320, 240), False, 24.0),
    ],
)
def test_the_smallest_face_is_stated(detector, size, still, limit):
    got = detector.smallest_face(*size, still=still)
    assert got == pytest.approx(limit)
    asked = detector.for_faces_from(50)
    assert asked.smallest_face(*size, still=still) == pytest.approx(50, rel=0.1)


@pytest.mark.parametrize("pixels", [11.9, 0, -5, float("nan")])
def test_faces_that_nobody_can_see_are_refused(detector, pixels):
    with pytest.raises(ValueError, match="12 pixels or more"):
        detector.for_faces_from(pixels)


# Shares of the face's box cut off at its top, bottom, left and right.
CUTS = {
    "both sides": (0, 0, 0.2, 0.2),
    "right": (0, 0, 0, 0.35),
    "left": (0, 0, 0.45, 0),
    "brow": (0.35, 0, 0.2, 0.2),
    "brow and chin": (0.15, 0.25, 0.2, 0.2),
}


def cut_face(cut):
    """A picture of a part of a face, and the whole face's box in it."""
    x, y, w, h = 180, 63, 85, 110
    top, bottom, left, right = CUTS[cut]
    first, low = int(x + left * w), int(y + top * h)
    last, high = int(x + w - right * w), int(y + h - bottom * h)
    image = read_picture(PORTRAIT).image[low:high, first:last]
    return image, (x - first, y - low, w, h)


@pytest.mark.parametrize("cut", CUTS)
def test_a_face_that_the_edge_cuts_is_found_by_a_border(detector, cut):
    image, expected = cut_face(cut)
    assert detector.detect(image) == []
    for faces in (detector.detect_at_edges(image), detector.examine(image)):
        (face,) = faces
        assert overlap(face.box, expected) > 0.6


def test_what_the_first_look_found_stays_as_it_was(detector, group, portrait):
    for image in (group, portrait):
        plain, closer = detector.detect(image), detector.examine(image)
        assert [f.box for f in closer] == [f.box for f in plain]
        assert [f.score for f in closer] == [f.score for f in plain]


def test_a_second_look_adds_only_what_is_sure_and_new():
    def find(x, score):
        return Detection((x, 0.0, 10.0, 10.0), score, np.zeros((5, 2)))

    known = find(0.0, 0.7)
    more = [find(100.0, 0.89), find(200.0, 0.95), find(2.0, 0.99)]
    added = detect._add_sure([known], more)
    # Not the unsure one, nor the one that lies over the known.
    assert [face.box[0] for face in added] == [200.0, 0.0]


def test_the_part_of_a_border_that_is_left_out_shows_no_face(
    detector, monkeypatch
):
    picture = read_picture(PORTRAIT).image[101:]  # without the brow
    (face,) = detector.detect_at_edges(picture)
    find, empty = detect._find_empty, []

    def leave_nothing_out(*given):
        empty.append(find(*given))
        return 0, 0

    monkeypatch.setattr(detect, "_find_empty", leave_nothing_out)
    (whole,) = detector.detect_at_edges(picture)
    assert (face.box, face.score) == (whole.box, whole.score)
    np.testing.assert_array_equal(face.landmarks, whole.landmarks)
    assert max(map(min, empty)) > 10  # pixels, of the largest level
