import cv2
import numpy as np
import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import Video
from emoaff.faces import read_picture
from emoaff.faces.detect import Detection
from tests.faces.scene import overlap
from tests.sample import PORTRAIT


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.mark.parametrize(
    ("share", "least"), [(0.2, 200), (0.1, 60), (0.06, 60)]
)
def test_a_still_face_in_fog_or_in_the_dark_is_found(detector, share, least):
    image = read_picture(PORTRAIT).image
    image = np.uint8(np.rint(least + share * image))
    assert detector.detect_at_edges(image) == []
    (face,) = detector.examine(image)
    assert overlap(face.box, (180, 63, 85, 110)) > 0.8


def test_landmarks_of_a_face_in_fog_lie_on_the_same_sides(detector):
    image = read_picture(PORTRAIT).image
    (clear,) = detector.detect(image)
    (found,) = detector.examine(np.uint8(np.rint(200 + 0.2 * image)))
    assert np.abs(found.landmarks - clear.landmarks).max() < 6


def test_a_face_that_is_seen_in_the_mirror_alone_lies_where_it_is(monkeypatch):
    points = np.float32([[10, 20], [30, 22], [19, 30], [12, 40], [29, 41]])
    seen = Detection((5.0, 8.0, 30.0, 40.0), 0.95, points)

    def look(self, image):
        return [seen] if (image[:, 0] > 200).all() else []

    def confirm(self, image, boxes):
        # Asked about the picture as it is, where the face lies in it.
        assert (image[:, 99] > 200).all() or not boxes
        assert boxes in ([], [(65.0, 8.0, 30.0, 40.0)])
        return [seen if confirms else None for _ in boxes]

    image = np.zeros((60, 100, 3), np.uint8)
    image[:, 99] = 255  # in the mirror it is the first column
    monkeypatch.setattr(FaceDetector, "detect_at_edges", look)
    monkeypatch.setattr(FaceDetector, "confirm", confirm)
    confirms = True
    (face,) = FaceDetector().examine(image)
    assert face.box == (65.0, 8.0, 30.0, 40.0)
    wanted = [[70, 22], [90, 20], [81, 30], [71, 41], [88, 40]]
    np.testing.assert_allclose(face.landmarks, wanted)
    confirms = False
    assert FaceDetector().examine(image) == []


@pytest.mark.parametrize(
    "name", ["v280-face_1", "v618-face_1", "v538-face_1", "v414-face_4"]
)
def test_close_faces_of_films_are_found(detector, shared_data, name):
    path = shared_data / "kerc2020" / "frame_img" / f"{name}.jpg"
    assert detector.detect_at_edges(read_picture(path).image) == []
    (face,) = detector.examine(read_picture(path).image)
    assert overlap(face.box, (5, -30, 160, 215)) > 0.7


def without_people():
    """Clouds, boxes, ellipses, checks, lines of text and houses."""
    rng = np.random.default_rng(7)
    for size in (4, 16, 64):
        coarse = rng.uniform(0, 255, (size, size, 3)).astype(np.float32)
        clouds = cv2.resize(coarse, (960, 720), interpolation=cv2.INTER_CUBIC)
        clouds = np.clip(clouds, 0, 255).astype(np.uint8)
        yield clouds
        shapes = clouds.copy()
        for _ in range(150):
            x, y = map(int, rng.integers(0, (960, 720)))
            a, b = map(int, rng.integers(5, 60, 2))
            colour = tuple(map(int, rng.integers(0, 256, 3)))
            if size == 16:
                cv2.rectangle(shapes, (x, y), (x + a, y + b), colour, -1)
            else:
                cv2.ellipse(shapes, (x, y), (a, b), 0, 0, 360, colour, -1)
        yield shapes
    page = np.full((720, 960, 3), 245, np.uint8)
    for y in range(20, 720, 22):
        cv2.putText(page, "the quick brown fox " * 5, (5, y), 0, 0.5, (9, 9, 9))
    yield page
    checks = np.indices((720, 960)).sum(axis=0) // 32 % 2 * 200
    yield np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)


def test_second_looks_add_no_face_where_nobody_is(detector):
    for image in without_people():
        found = len(detector.detect(image))
        assert len(detector.examine(image)) == found == 0


def test_second_looks_add_no_face_to_a_video_without_people(
    detector, shared_data
):
    with Video(shared_data / "videos" / "no_face.mp4") as video:
        for frame in video:
            if frame.index % 12 == 0:
                found = len(detector.detect(frame.image))
                assert len(detector.examine(frame.image)) == found
