import weakref

import cv2
import numpy as np
import pytest

from emoaff.corpora import face_crops
from emoaff.corpora.face_crops import FaceCropper
from emoaff.faces import Detection
from emoaff.faces import Frame
from emoaff.faces import crop_face
from tests.faces.scene import Person
from tests.faces.scene import Scene


def away(where, *gone):
    """Stands at a place except in a span of frames."""
    return lambda n: None if gone[0] <= n < gone[1] else where


def cut(scene, **options):
    cropper = FaceCropper(detector=scene, **options)
    return list(cropper.video(scene.frames())), cropper


def pixels(crop):
    image = cv2.imdecode(np.frombuffer(crop.jpeg, np.uint8), cv2.IMREAD_COLOR)
    return image[..., ::-1]  # OpenCV has blue first


def plain(times, shape=(8, 8, 3)):
    return [Frame(i, t, np.zeros(shape, "uint8")) for i, t in enumerate(times)]


def test_the_larger_face_wins_although_it_is_not_first():
    # 40 * 40 * 40 frames < 70 * 70 * 40 frames.
    scene = Scene(
        [Person(1, lambda n: (20, 90, 40)), Person(2, lambda n: (200, 90, 70))],
        40,
    )
    crops, cropper = cut(scene)
    assert [crop.index for crop in crops] == list(range(40))
    assert cropper.people == 2
    assert cropper.frames == 40
    frame = next(scene.frames())
    expected = crop_face(frame.image, (200, 90, 70, 70), 0.3, 112)
    assert np.abs(pixels(crops[0]) - expected.astype(int)).mean() < 3


def test_area_is_summed_over_the_frames():
    # 60 * 60 * 20 frames = 72,000 < 40 * 40 * 80 frames = 128,000.
    scene = Scene(
        [
            Person(1, away((200, 90, 60), 20, 80)),
            Person(2, lambda n: (20, 90, 40)),
        ],
        80,
    )
    assert len(cut(scene)[0]) == 80


def test_a_frame_without_the_face_is_a_gap():
    scene = Scene([Person(1, away((100, 90, 60), 30, 60))], 90)
    crops, cropper = cut(scene)
    assert [crop.index for crop in crops] == [*range(30), *range(60, 90)]
    np.testing.assert_allclose(
        [crop.time_s for crop in crops], [crop.index / 25 for crop in crops]
    )
    assert cropper.frames == 90


def test_the_crop_is_a_square_of_that_size_in_rgb():
    red = Frame(0, 0.0, np.full((90, 120, 3), (200, 40, 10), "uint8"))

    class Finds:
        def detect(self, image):
            return [Detection((40, 30, 20, 24), 0.99, np.zeros((5, 2)))]

    for size in (64, 224):
        crop = FaceCropper(size, detector=Finds()).picture(red)
        assert pixels(crop).shape == (size, size, 3)
        np.testing.assert_allclose(pixels(crop)[5, 5], (200, 40, 10), atol=4)


def test_the_margin_is_added_around_the_face():
    image = np.full((100, 100, 3), 255, "uint8")
    image[40:60, 40:60] = 0

    class Finds:
        def detect(self, image):
            return [Detection((40, 40, 20, 20), 0.99, np.zeros((5, 2)))]

    for margin in (0.0, 1.0):
        crop = FaceCropper(80, margin, detector=Finds()).picture(
            Frame(0, 0.0, image)
        )
        # The black square is 1 / (1 + margin) of the side.
        share = np.mean(pixels(crop) < 128)
        assert share == pytest.approx((1 / (1 + margin)) ** 2, abs=0.02)


def test_the_largest_face_of_a_picture_is_kept():
    scene = Scene(
        [Person(1, lambda n: (20, 90, 40)), Person(2, lambda n: (200, 90, 70))],
        1,
    )
    (frame,) = scene.frames()
    cropper = FaceCropper(detector=scene)
    crop = cropper.picture(frame)
    assert (crop.index, crop.time_s) == (0, 0.0)
    assert cropper.people == 2
    expected = crop_face(frame.image, (200, 90, 70, 70), 0.3, 112)
    assert np.abs(pixels(crop) - expected.astype(int)).mean() < 3


def test_without_a_face_there_is_nothing():
    scene = Scene([], 30)
    crops, cropper = cut(scene)
    assert crops == []
    assert (cropper.frames, cropper.people) == (30, 0)
    assert FaceCropper(detector=scene).picture(next(scene.frames())) is None


def test_crops_that_wait_in_a_file_are_the_same(monkeypatch):
    scene = Scene([Person(1, lambda n: (100, 90, 60))], 20)
    in_memory, _ = cut(scene)
    monkeypatch.setattr(face_crops, "_IN_MEMORY", 1)
    in_a_file, _ = cut(scene)
    assert len(in_memory) == 20
    assert in_a_file == in_memory


def test_no_more_frames_are_held_than_the_tracker_needs():
    scene = Scene([Person(1, lambda n: (100, 90, 60))], 150)
    alive, most = weakref.WeakSet(), 0

    def frames():
        nonlocal most
        for frame in scene.frames():
            alive.add(frame)
            most = max(most, len(alive))
            yield frame

    assert sum(1 for _ in FaceCropper(detector=scene).video(frames())) == 150
    assert most < 40


@pytest.mark.parametrize(
    ("person", "left"), [("main", 200), ("left", 20), ("right", 200)]
)
def test_of_the_two_largest_the_left_or_the_right_is_kept(person, left):
    # A third, small one stands further left than both.
    scene = Scene(
        [
            Person(1, lambda n: (20, 90, 50)),
            Person(2, lambda n: (200, 90, 70)),
            Person(3, lambda n: (5, 10, 30)),
        ],
        30,
    )
    crops, cropper = cut(scene, person=person, margin=0.0)
    assert cropper.people == 3
    side = 50 if left == 20 else 70
    frame = next(scene.frames())
    expected = crop_face(frame.image, (left, 90, side, side), 0.0, 112)
    assert len(crops) == 30
    assert np.abs(pixels(crops[0]) - expected.astype(int)).mean() < 4


def test_an_only_person_is_on_the_left_and_on_the_right():
    scene = Scene([Person(1, lambda n: (100, 90, 60))], 20)
    found = [cut(scene, person=person)[0] for person in ("left", "right")]
    assert len(found[0]) == 20
    assert found[0] == found[1]


def test_known_boxes_are_cut_where_they_have_an_area():
    image = np.full((100, 100, 3), 255, "uint8")
    image[40:60, 40:60] = 0
    frames = [Frame(number, number / 25, image) for number in range(6)]
    box = (40.0, 40.0, 20.0, 20.0)
    boxes = {1: box, 2: (0, 0, 0, 9), 3: (np.nan,) * 4, 4: box, 9: box}
    cropper = FaceCropper(80, 1.0)
    crops = list(cropper.boxed(frames, boxes))
    assert [(crop.index, crop.time_s) for crop in crops] == [
        (1, 1 / 25),
        (4, 4 / 25),
    ]
    # The box is half as wide as the crop.
    assert np.mean(pixels(crops[0]) < 128) == pytest.approx(0.25, abs=0.02)
    assert (cropper.frames, cropper.people) == (6, 1)
    thinned = FaceCropper(80, rate_hz=12.5)
    assert [crop.index for crop in thinned.boxed(frames, boxes)] == [4]


@pytest.mark.parametrize(
    ("rate", "times", "kept"),
    [
        (None, [0.0, 0.04, 0.08], [0, 1, 2]),
        # Multiples of 0.2 s: 0.0, 0.2 (at 0.24) and 0.4.
        (5, [0.0, 0.08, 0.16, 0.24, 0.32, 0.4], [0, 3, 5]),
        # 0.2 s passes in a hole of the video, 0.4 s does not.
        (5, [0.0, 0.1, 0.41, 0.45], [0, 2]),
        # 30 a second from a file that rounds to milliseconds.
        (30, [0.0, 0.033, 0.067, 0.1], [0, 1, 2, 3]),
        # It does not make frames.
        (100, [0.0, 0.04], [0, 1]),
        # A stretch that begins at 3.1 s begins with its first frame.
        (1, [3.1, 3.5, 4.0, 4.9], [0, 2]),
    ],
)
def test_rate_keeps_the_first_frame_after_each_multiple(rate, times, kept):
    cropper = FaceCropper(rate_hz=rate, find_faces=False)
    crops = list(cropper.video(plain(times)))
    assert [crop.index for crop in crops] == kept
    assert [crop.time_s for crop in crops] == [times[i] for i in kept]
    assert cropper.frames == len(kept)


def test_rate_thins_a_followed_face():
    scene = Scene([Person(1, lambda n: (100, 90, 60))], 50)
    crops, _ = cut(scene, rate_hz=5)
    assert [crop.index for crop in crops] == list(range(0, 50, 5))


def test_a_whole_picture_keeps_its_shape():
    image = np.zeros((40, 80, 3), "uint8")
    image[:, 40:] = 255
    image[:10] = 128
    cropper = FaceCropper(80, find_faces=False)
    (crop,) = cropper.video([Frame(0, 0.0, image)])
    found = pixels(crop).astype(int)
    # 40 rows in the middle of 80; above them the first row again.
    np.testing.assert_allclose(found[:30], 128, atol=4)
    np.testing.assert_allclose(found[34:, :38], 0, atol=4)
    np.testing.assert_allclose(found[34:, 42:], 255, atol=4)
    assert cropper.people == 0
    assert cropper.picture(Frame(0, 0.0, image)) == crop


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size=0"),
        ({"margin": -1}, "margin=-1"),
        ({"quality": 101}, "quality=101"),
        ({"rate_hz": 0}, "rate_hz=0"),
        ({"person": "tallest"}, "one of main, left, right"),
    ],
)
def test_wrong_options_say_what_was_received(options, message):
    with pytest.raises(ValueError, match=message):
        FaceCropper(**options)
