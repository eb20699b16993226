import numpy as np
import pytest

from emoaff.data.thinning import frame_step
from emoaff.prediction.samplers import PersonSampler
from emoaff.prediction.samplers import ScriptSampler


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
