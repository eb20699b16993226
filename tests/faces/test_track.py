import dataclasses
import itertools

import cv2
import numpy as np
import pytest

from emoaff.faces import Detection
from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import Frame
from emoaff.faces import Video
from emoaff.faces import read_picture
from emoaff.faces import tracking
from tests.faces.scene import Person
from tests.faces.scene import Scene
from tests.faces.scene import overlap
from tests.sample import PORTRAIT


def still(x, y=90, side=60):
    return lambda number: (x, y, side)


def walking(x, speed, y=90, side=60):
    return lambda number: (x + speed * number, y, side)


def during(where, *spans):
    """Away except in some spans of frames, the end not included."""
    return lambda n: where(n) if any(a <= n < b for a, b in spans) else None


def follow(scene, **options):
    """Runs the tracker; gives the faces of each frame by person number."""
    tracked = list(FaceTracker(scene, **options).track(scene.frames()))
    assert [frame.index for frame, _ in tracked] == list(range(scene.count))
    return [{face.person: face for face in faces} for _, faces in tracked]


def spans(result):
    """Person -> spans of frames in which they are reported."""
    found = {}
    for number, faces in enumerate(result):
        for person in faces:
            parts = found.setdefault(person, [])
            if parts and parts[-1][1] == number:
                parts[-1][1] = number + 1
            else:
                parts.append([number, number + 1])
    return found


def who(scene, result, number):
    """Index in the scene -> person number, by place, in one frame."""
    return {
        index: face.person
        for index, box in scene.seen(number).items()
        for face in result[number].values()
        if overlap(box, face.box) > 0.5
    }


def test_one_person_is_one_person():
    scene = Scene([Person(1, walking(20, 1.5))], 100)
    result = follow(scene)
    assert spans(result) == {1: [[0, 100]]}
    for number, faces in enumerate(result):
        assert overlap(faces[1].box, scene.seen(number)[0]) > 0.85
        assert faces[1].score == 0.99
    # Every eighth or ninth frame at 25 a second.
    assert sum(faces[1].detected for faces in result) in (12, 13, 14)


def test_sizes_are_followed():
    scene = Scene([Person(1, lambda n: (130 - n / 2, 90 - n / 2, 40 + n))], 80)
    result = follow(scene)
    for number, faces in enumerate(result):
        assert overlap(faces[1].box, scene.seen(number)[0]) > 0.8


class Drifting(Scene):
    """A still picture in which the detector's boxes move."""

    def seen(self, number):
        return {0: (100 + number / 2, 90.0, 60.0, 60.0)}


def test_boxes_are_drawn_to_the_detections():
    scene = Drifting([Person(1, still(100))], 60)
    x = [faces[1].box[0] for faces in follow(scene)]
    assert (np.diff(x) >= 0).all()
    np.testing.assert_allclose(x, 100 + np.arange(60) / 2, atol=4)


class Turning(Scene):
    """The nose moves a hundredth further in each frame; the head tilts."""

    def detect(self, image):
        turn = self._numbers[image.tobytes()] / 100
        points = np.zeros((5, 2), np.float32)
        # The eyes are 40 apart, as from the front in a box of 60.
        points[1, 0], points[2, 0] = 40, 40 * (0.5 + turn)
        points[3:] = [20, 30 * turn], [20, 30]
        return [
            dataclasses.replace(face, landmarks=points)
            for face in super().detect(image)
        ]


@pytest.mark.parametrize("live", [False, True])
def test_a_face_is_turned_as_when_it_was_last_detected(live):
    # Each frame is told from the others by its pixels.
    scene = Turning([Person(1, lambda n: (60 + n, 90.0, 60.0))], 40)
    turned, known = 0, None
    for number, faces in enumerate(follow(scene, live=live)):
        if 1 not in faces:
            continue
        if faces[1].detected:
            known = number / 100
        if known is not None:
            # Half of the nose's angle: the eyes say that it faces us.
            expected = 0.45 * np.tan(np.arctan(known / 0.45) / 2)
            assert faces[1].turn == pytest.approx(expected, abs=1e-6), number
            turned += 1
    assert turned > 30


def test_nobody_is_nobody():
    assert spans(follow(Scene([], 40))) == {}


def test_people_who_pass_each_other_keep_their_numbers():
    people = [Person(1, walking(10, 2.4)), Person(2, walking(250, -2.4))]
    scene = Scene(people, 100)
    result = follow(scene)
    before, after = who(scene, result, 10), who(scene, result, 90)
    assert before == after
    assert sorted(before.values()) == [1, 2]
    assert set(spans(result)) == {1, 2}


def test_neighbours_do_not_swap():
    people = [
        Person(seed, lambda n, k=k: (20 + 70 * k + 5 * np.sin(n / 4), 90, 60))
        for k, seed in enumerate((1, 2, 3, 4))
    ]
    scene = Scene(people, 80)
    result = follow(scene)
    assert all(len(faces) == 4 for faces in result)
    for number in range(80):
        assert who(scene, result, number) == who(scene, result, 0)


def test_who_leaves_and_returns_is_known_again():
    where = during(still(100), (0, 41), (90, 140))
    scene = Scene([Person(1, where), Person(2, still(220))], 140)
    result = follow(scene)
    # To the very frame, though the detector looked only now and then.
    assert spans(result) == {1: [[0, 41], [90, 140]], 2: [[0, 140]]}


def test_who_comes_back_elsewhere_is_known_again():
    where = lambda n: (20, 90, 60) if n < 40 else (200, 20, 60)  # noqa: E731
    scene = Scene([Person(1, during(where, (0, 40), (80, 120)))], 120)
    assert spans(follow(scene)) == {1: [[0, 40], [80, 120]]}


def test_a_stranger_at_the_same_place_is_someone_else():
    people = [
        Person(1, during(still(100), (0, 40))),
        Person(2, during(still(100), (60, 100))),
    ]
    result = follow(Scene(people, 100))
    assert spans(result) == {1: [[0, 40]], 2: [[60, 100]]}


def test_a_stranger_without_a_gap_is_someone_else():
    people = [
        Person(1, during(still(100), (0, 37))),
        Person(2, during(still(100), (37, 80))),
    ]
    found = spans(follow(Scene(people, 80)))
    assert set(found) == {1, 2}
    (first,), (second,) = found[1], found[2]
    # They may be taken for each other between two looks, not longer.
    assert abs(first[1] - 37) <= 9
    assert abs(second[0] - 37) <= 9


def test_a_cut_ends_every_face_and_its_reverse_finds_them_again():
    people = [
        Person(1, during(still(100), (0, 33), (66, 100))),
        Person(2, during(still(100), (33, 66))),
    ]
    result = follow(Scene(people, 100, cuts=(33, 66)))
    assert spans(result) == {1: [[0, 33], [66, 100]], 2: [[33, 66]]}


def test_a_cut_to_an_empty_room_leaves_no_face():
    scene = Scene([Person(1, during(still(100), (0, 33)))], 66, cuts=(33,))
    assert spans(follow(scene)) == {1: [[0, 33]]}


def test_no_frame_gets_a_face_that_the_detector_does_not_see():
    scene = Scene([Person(1, still(100))], 100, blind=range(37, 70))
    # The picture goes on, so the box could be followed all through.
    assert spans(follow(scene)) == {1: [[0, 37], [70, 100]]}


def test_one_miss_between_two_sightings_is_bridged():
    scene = Scene([Person(1, still(100))], 60, blind=[11, 12, 30])
    assert spans(follow(scene)) == {1: [[0, 60]]}


def test_a_false_face_of_one_frame_is_dropped():
    false = {n: ((10.0, 10.0, 40.0, 40.0), 0.97) for n in (0, 9, 18, 27, 59)}
    scene = Scene([Person(1, still(200))], 60, extra=false)
    assert spans(follow(scene)) == {1: [[0, 60]]}


def test_a_face_that_is_never_sure_does_not_begin():
    scene = Scene([Person(1, still(100))], 60, score=0.85)
    assert spans(follow(scene)) == {}
    assert spans(follow(scene, start_score=0.8)) == {1: [[0, 60]]}


def test_a_face_that_was_sure_may_become_less_so():
    scene = Scene([Person(1, still(100))], 60)
    frames = scene.frames()
    tracked = []
    for frame, faces in FaceTracker(scene).track(frames):
        tracked.append((frame.index, len(faces)))
        scene.score = 0.99 if frame.index < 20 else 0.65
    assert tracked == [(number, 1) for number in range(60)]


def test_a_shot_of_two_frames_keeps_its_face():
    people = [Person(1, during(still(60), (20, 22)))]
    result = follow(Scene(people, 40, cuts=(20, 22)))
    assert spans(result) == {1: [[20, 22]]}


def test_a_video_of_one_frame_has_its_face():
    assert spans(follow(Scene([Person(1, still(60))], 1))) == {1: [[0, 1]]}


def test_one_frame_a_second_is_enough():
    scene = Scene([Person(1, still(60)), Person(2, still(200))], 8, fps=1)
    assert spans(follow(scene)) == {1: [[0, 8]], 2: [[0, 8]]}


@pytest.mark.parametrize(
    ("fps", "every", "looks"), [(10, 0.5, 11), (30, 0.4, 14), (60, 0.1, 51)]
)
def test_the_detector_looks_by_the_clock_and_in_the_last_frame(
    fps, every, looks
):
    scene = Scene([Person(1, still(100))], 5 * fps + 1, fps=fps)
    follow(scene, detect_every_s=every)
    assert scene.looks + scene.checks == looks


def test_one_in_three_looks_is_at_the_whole_picture_where_nothing_moves():
    scene = Scene([Person(1, still(100))], 241, fps=30)
    follow(scene)
    # At frames 0 and 10, when the face is named; then at 40, 70 and so on.
    assert (scene.looks, scene.checks) == (9, 16)


def test_one_in_two_looks_is_at_the_whole_picture_where_something_moves():
    # What walks by has no face.
    people = [Person(1, still(100)), Person(2, walking(-200, 2.5, y=200))]
    scene = Scene(people, 241, fps=30)
    scene.seen = lambda number: {0: (100.0, 90.0, 60.0, 60.0)}
    follow(scene)
    assert scene.looks in (12, 13)
    assert scene.looks + scene.checks == 25


def test_where_nobody_is_every_look_is_at_the_whole_picture():
    scene = Scene([], 241, fps=30)
    follow(scene)
    assert (scene.looks, scene.checks) == (25, 0)


def test_a_look_at_a_face_that_is_not_sure_is_followed_by_a_search():
    scene = Scene([Person(1, still(100))], 241, fps=30)
    confirm = scene.confirm

    def confirm_half(image, boxes):
        return [
            dataclasses.replace(f, score=0.8) for f in confirm(image, boxes)
        ]

    scene.confirm = confirm_half
    assert spans(follow(scene)) == {1: [[0, 241]]}
    assert scene.looks == 25


def test_live_the_whole_picture_is_searched_each_time():
    scene = Scene([Person(1, still(100))], 241, fps=30)
    follow(scene, live=True)
    assert scene.checks == 0


def test_who_comes_while_another_is_known_is_there_from_the_first_frame():
    for first in range(40, 75, 5):
        people = [
            Person(1, still(60)),
            Person(2, during(still(200), (first, 99))),
        ]
        scene = Scene(people, 99)
        result = spans(follow(scene))
        assert result == {1: [[0, 99]], 2: [[first, 99]]}


def test_who_goes_between_two_searches_goes_in_that_frame():
    for end in range(40, 75, 5):
        people = [Person(1, still(60)), Person(2, during(still(200), (0, end)))]
        result = spans(follow(Scene(people, 99)))
        assert result == {1: [[0, 99]], 2: [[0, end]]}


def test_few_frames_are_held_back():
    scene = Scene([Person(1, walking(20, 1.0))], 240, fps=120)
    taken = itertools.count()
    frames = map(lambda frame, _: frame, scene.frames(), taken)
    for frame, _ in FaceTracker(scene).track(frames):
        assert taken.__reduce__()[1][0] - frame.index <= 50


def test_fewer_frames_of_large_pictures_are_held_back(monkeypatch):
    scene = Scene([Person(1, still(100))], 120, fps=120)
    image = next(scene.frames()).image
    monkeypatch.setattr(tracking, "_MOST_BYTES", 20 * image.nbytes)
    taken = itertools.count()
    frames = map(lambda frame, _: frame, scene.frames(), taken)
    for frame, _ in FaceTracker(scene).track(frames):
        assert taken.__reduce__()[1][0] - frame.index <= 27
    assert scene.looks == 10
    assert scene.checks == 1  # in the last frame


def test_live_frames_are_given_at_once_and_know_no_future():
    people = [Person(1, during(walking(20, 1.0), (0, 60)))]
    scene = Scene(people, 100)
    given = []
    frames = scene.frames()
    tracking = FaceTracker(scene, live=True).track(
        frame for frame in frames if given.append(frame.index) is None
    )
    result = []
    for frame, faces in tracking:
        assert given[-1] == frame.index
        result.append([face.person for face in faces])
    assert result[0] == [] and all(r == [1] for r in result[4:60])
    # It is followed until the next look, and no longer.
    assert all(r == [] for r in result[70:])
    short = Scene(people, 50)
    assert result[:50] == [list(f) for f in follow(short, live=True)]


def test_one_tracker_serves_several_videos():
    tracker = None
    for seed in (1, 2):
        scene = Scene([Person(seed, still(100))], 30)
        tracker = tracker or FaceTracker(scene)
        tracker.detector.__dict__ |= scene.__dict__
        tracked = list(tracker.track(tracker.detector.frames()))
        assert {f.person for _, faces in tracked for f in faces} == {1}


def test_descriptions_of_ones_own_decide():
    # Two who look the same to the eye, told apart by what is passed in.
    people = [
        Person(1, during(still(100), (0, 40))),
        Person(1, during(still(100), (60, 100))),
    ]
    assert set(spans(follow(Scene(people, 100)))) == {1}
    scene = Scene(people, 100)

    def embed(image, boxes):
        late = scene._numbers[image.tobytes()] >= 60
        return np.tile(np.eye(2, dtype="float32")[int(late)], (len(boxes), 1))

    assert set(spans(follow(scene, embed=embed))) == {1, 2}


def test_a_wrong_interval_says_what_was_received():
    with pytest.raises(ValueError, match="Received: detect_every_s=0"):
        FaceTracker(detect_every_s=0)


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("single_face.mp4", {1: [[0, 72]]}),
        ("face_noface.mov", {1: [[0, 72]]}),
        ("no_face.mp4", {}),
        ("grid_bbaf2n.mpg", {1: [[0, 75]]}),
    ],
)
def test_real_clips(shared_data, detector, name, expected):
    video = Video(shared_data / "videos" / name)
    tracked = FaceTracker(detector).track(video)
    result = [{face.person: face for face in faces} for _, faces in tracked]
    assert len(result) == video.decoded_frames
    assert spans(result) == expected


def test_a_real_clip_of_several_people(shared_data, detector):
    video = Video(shared_data / "videos" / "short_hamilton_clip.mp4")
    tracked = FaceTracker(detector).track(video)
    result = [{face.person: face for face in faces} for _, faces in tracked]
    # Cuts at 20, 82 and 211; two, one, one and four people.
    assert [len(result[n]) for n in (5, 30, 100, 150, 200, 240)] == [
        *(2, 1, 1, 1, 1, 4)
    ]
    for shot in (range(20), range(20, 82), range(82, 211), range(211, 275)):
        numbers = {person for n in shot for person in result[n]}
        assert len(numbers) == max(len(result[n]) for n in shot)
    # The four sit still: a number that swapped would jump.
    for person in result[240]:
        x = [result[n][person].box[0] for n in range(211, 270)]
        assert np.ptp(x) < 30


def test_a_performer_is_linked_over_two_cuts_and_nobody_is_merged(
    shared_data, detector
):
    pytest.importorskip("ai_edge_litert")
    tracker = FaceTracker(detector, identity="faces")
    video = Video(shared_data / "videos" / "short_hamilton_clip.mp4")
    result = [
        {face.person for face in faces} for _, faces in tracker.track(video)
    ]
    (small,) = result[5] - {min(result[5], default=0)}
    (large,) = result[100]
    assert tracker.links == {large: small}
    assert all(len(result[n]) == 4 for n in (215, 240))


def test_without_identity_everyone_who_returns_is_new():
    # Gone for longer than a track lasts, then back at the same place.
    there = [*range(20), *range(60, 80)]
    scene = Scene(
        [Person(1, lambda n: (60, 90, 60) if n in there else None)], 80
    )
    numbers = {
        way: {
            face.person
            for _, faces in FaceTracker(scene, identity=way).track(
                scene.frames()
            )
            for face in faces
        }
        for way in ("none", "appearance")
    }
    assert numbers == {"none": {1, 2}, "appearance": {1}}


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="identity must be one of none"):
        FaceTracker(Scene([], 1), identity="voice")


class Bordered(Scene):
    """Tells which frames are looked at with a border."""

    def detect_at_edges(self, image):
        self.bordered = getattr(self, "bordered", [])
        self.bordered.append(self._numbers[image.tobytes()])
        return self.detect(image)


def test_the_first_look_of_each_shot_has_a_border():
    # Frames differ by the person, who walks.
    scene = Bordered([Person(1, lambda n: (60 + n, 90, 60))], 60, cuts=(30,))
    follow(scene)
    assert scene.bordered == [0, 30]


def test_a_face_that_the_edge_cuts_is_followed_through_a_video():
    image = read_picture(PORTRAIT).image[63:173, 197:248]
    frames = [Frame(n, n / 25, image) for n in range(20)]
    followed = list(FaceTracker().track(frames))
    assert [len(faces) for _, faces in followed] == [1] * 20


class Quarter:
    """Sees one face, always in the same quarter of the picture."""

    def detect(self, image):
        height, width = image.shape[:2]
        box = (width / 4, height / 4, width / 4, height / 4)
        return [Detection(box, 0.99, np.zeros((5, 2), np.float32))]

    def confirm(self, image, boxes):
        return [self.detect(image)[0] for _ in boxes]


def test_boxes_are_in_the_pixels_of_each_frame_where_sizes_change():
    rng = np.random.default_rng(0)
    small = cv2.resize(rng.integers(0, 256, (18, 32, 3), np.uint8), (320, 180))
    # Twice as large, and the same once it is made small for following.
    images = [small] * 4 + [cv2.resize(small, (640, 360))] * 4
    frames = [Frame(n, n / 25, image) for n, image in enumerate(images)]
    for frame, faces in FaceTracker(Quarter()).track(frames):
        height, width = frame.image.shape[:2]
        expected = np.array([width, height, width, height]) / 4
        assert len(faces) == 1
        np.testing.assert_allclose(faces[0].box, expected, rtol=0.02)
