import numpy as np
import pytest

from emoaff.data.thinning import frame_step
from emoaff.prediction.observing import PersonSampler
from emoaff.prediction.observing import ScriptSampler
from emoaff.prediction.observing import chosen
from emoaff.prediction.observing import observed
from emoaff.prediction.options import Options
from tests.prediction.faces_on_air import Finder
from tests.prediction.faces_on_air import face
from tests.prediction.faces_on_air import frame

SMALL, LARGE = (0.0, 0.0, 2.0, 2.0), (3.0, 3.0, 4.0, 4.0)


def run(found, samples, count=12, **options):
    finder = Finder(found)
    seen = observed(
        (frame(i) for i in range(count)),
        Options(**options),
        finder,
        samples=samples,
    )
    return finder, [faces for _, faces in seen]


def every_third(frame):
    return frame.index % 3 == 0


@pytest.mark.parametrize(
    ("faces", "score"),
    [("largest", 0.8), ("best", 0.99), ("lowest", 0.75)],
)
def test_which_face_is_taken(faces, score):
    three = [face(1, 0.99, SMALL), face(2, 0.8, LARGE), face(3, 0.75, SMALL)]
    (taken,) = chosen(three, Options(faces=faces))
    assert taken.score == score


def test_a_face_must_have_more_than_the_least_score():
    faces = [face(1, 0.7), face(2, 0.71)]
    assert chosen(faces, Options(min_score=0.7)) == faces[1:]
    assert chosen(faces, Options()) == faces


def test_without_a_face_there_is_none():
    assert chosen([], Options(faces="lowest")) == []


def test_the_detector_runs_on_samples_and_the_box_stands_still_between():
    finder, faces = run(
        lambda i: [((i, 0.0, 3.0, 3.0), 0.9)],
        every_third,
        detection="sampled",
        faces="best",
    )
    assert finder.looked == [0, 3, 6, 9]
    assert [f[0].box[0] for f in faces] == [i - i % 3 for i in range(12)]
    assert [f[0].detected for f in faces] == [i % 3 == 0 for i in range(12)]


def test_with_every_the_box_is_new_in_every_frame_and_samples_stay_the_same():
    finder, faces = run(
        lambda i: [((i, 0.0, 3.0, 3.0), 0.9)],
        every_third,
        detection="every",
        faces="best",
    )
    assert finder.looked == [*range(12)]
    assert [f[0].box[0] for f in faces] == [*range(12)]
    assert [f[0].detected for f in faces] == [i % 3 == 0 for i in range(12)]


def test_nobody_is_held_before_the_first_face_or_for_longer_than_the_gap():
    # 25 frames a second; lost at the sample 30, held until 30 + 25.
    _, faces = run(
        lambda i: [(LARGE, 0.9)] if 6 <= i < 30 else [],
        every_third,
        count=90,
        detection="sampled",
        faces="best",
    )
    assert [bool(f) for f in faces] == [6 <= i <= 55 for i in range(90)]


def test_a_model_of_pictures_holds_nothing():
    _, faces = run(
        lambda i: [(LARGE, 0.9)] if i % 2 else [],
        None,
        detection="sampled",
        faces="best",
    )
    assert [bool(f) for f in faces] == [bool(i % 2) for i in range(12)]


def taken(sampler, times, first=0):
    return [
        index
        for index, time_s in enumerate(times, start=first)
        if sampler.takes(index, time_s)
    ]


@pytest.mark.parametrize("fps", [7, 10, 12.5, 15, 24, 25, 29.97, 30, 50, 60])
def test_regular_frames_are_picked_by_the_step(fps):
    times = (np.arange(40, 240)) / fps
    expected = [*range(40, 240, frame_step(fps, 5.0))]
    assert taken(PersonSampler(5.0, fps), times, first=40) == expected


def test_a_little_jitter_changes_nothing():
    rng = np.random.default_rng(0)
    times = np.arange(300) / 30 + rng.uniform(-0.007, 0.007, 300)
    assert taken(PersonSampler(5.0, 30.0), times) == [*range(0, 300, 6)]


def test_irregular_frames_are_picked_by_the_clock():
    # Declared as 30 a second: first 10, then 60 a second.
    times = np.concatenate([np.arange(20) / 10, 2 + np.arange(120) / 60])
    got = np.diff(times[taken(PersonSampler(5.0, 30.0), times)])
    np.testing.assert_allclose(got, 0.2, atol=0.02)


def test_an_unknown_rate_is_picked_by_the_clock():
    times = np.arange(100) / 25
    sampler = PersonSampler(5.0, float("nan"))
    assert taken(sampler, times) == [*range(0, 100, 5)]


@pytest.mark.parametrize("kind", [PersonSampler, ScriptSampler])
def test_without_a_rate_every_frame_is_a_sample(kind):
    times = np.arange(9) / 30
    assert taken(kind(None, 30.0), times, first=4) == [*range(4, 13)]


def test_the_script_counts_from_the_first_frame_of_the_video():
    sampler = ScriptSampler(5.0, 29.97)
    assert taken(sampler, np.arange(4, 30) / 30, first=4) == [6, 12, 18, 24]


@pytest.mark.parametrize("fps", [2.0, 0.0, float("nan")])
def test_the_script_stops_at_a_slow_video(fps):
    with pytest.raises(ValueError, match="Choose thinning 'person'"):
        ScriptSampler(5.0, fps)
