import dataclasses

import numpy as np
import pytest
from scipy import signal

from tests.oracles import ccc_by_definition
from tfds_builders.synthetic_affect.camera import Camera
from tfds_builders.synthetic_affect.camera import Shot
from tfds_builders.synthetic_affect.courses import SHARES
from tfds_builders.synthetic_affect.courses import Course
from tfds_builders.synthetic_affect.courses import draw_course
from tfds_builders.synthetic_affect.courses import wandering
from tfds_builders.synthetic_affect.filming import film_crops
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.labelling import draw_labels
from tfds_builders.synthetic_affect.motion import Motion
from tfds_builders.synthetic_affect.motion import disturb
from tfds_builders.synthetic_affect.motion import draw_poses
from tfds_builders.synthetic_affect.raters import Raters
from tfds_builders.synthetic_affect.raters import rate
from tfds_builders.synthetic_affect.styles import STYLES


def many_labels(style, count, seed=0, balance="even"):
    rng = np.random.default_rng(seed)
    return [draw_labels(rng, style, SHARES[balance]) for _ in range(count)]


@pytest.mark.parametrize("name", list(STYLES))
def test_the_gold_standard_lags_by_what_the_style_says(name):
    style = STYLES[name]
    scores = {}
    drawn = many_labels(style, 30)
    for lag in range(0, round(1.5 * style.fps)):
        pairs = [
            (each.gold[lag:], each.truth[: len(each.truth) - lag])
            for each in drawn
        ]
        gold, truth = (
            np.concatenate([pair[side] for pair in pairs]).ravel()
            for side in (0, 1)
        )
        known = np.isfinite(gold)
        scores[lag] = ccc_by_definition(truth[known], gold[known])
    best = max(scores, key=scores.get)
    assert abs(best / style.fps - style.raters.lag_s) <= 1 / style.fps
    assert scores[best] > 0.93  # and else they are close to the course
    assert scores[0] < scores[best] - 0.03


def test_about_three_in_a_hundred_frames_are_unlabelled():
    drawn = many_labels(STYLES["studio"], 600)
    share = np.mean(np.concatenate([each.expression < 0 for each in drawn]))
    assert share == pytest.approx(0.03, abs=0.005)


def test_faultless_raters_are_the_course_some_frames_later():
    raters = Raters(
        lag_s=0.4,
        count=3,
        lag_spread_s=0,
        gain_spread=0,
        bias_spread=0,
        noise=0,
        hand_s=1e-6,
    )
    rng = np.random.default_rng(0)
    truth = rng.uniform(-1, 1, (75 + 100, 2))
    ratings = rate(rng, truth, 25, 100, raters)
    assert ratings.shape == (3, 100, 2)
    for rating in ratings:
        np.testing.assert_allclose(rating, truth[75 - 10 : -10], atol=1e-9)


def test_each_rater_has_a_lag_scale_bias_and_noise_of_its_own():
    rng = np.random.default_rng(0)
    truth = draw_course(rng, 2000, 25, Course(), SHARES["even"], lead=75)
    ratings = rate(rng, truth, 25, 2000, Raters(count=5))
    assert np.ptp(ratings.mean(axis=(1, 2))) > 0.05  # bias
    assert np.ptp(ratings.std(axis=(1, 2))) > 0.03  # scale
    between = np.corrcoef(ratings[..., 0])
    assert 0.7 < between[~np.eye(5, dtype=bool)].min() < 0.99


def test_wandering_has_variance_one_and_the_time_constant_it_was_given():
    path = wandering(np.random.default_rng(0), 400_000, 25, 2.0)
    assert path.mean() == pytest.approx(0, abs=0.05)
    assert path.var() == pytest.approx(1, rel=0.05)
    # Fifty frames are 2 s, where the autocorrelation is 1 / e.
    later = np.mean(path[50:] * path[:-50]) / path.var()
    assert later == pytest.approx(np.exp(-1), abs=0.04)


def test_an_acted_course_goes_to_its_class_and_back():
    course = Course(acted=True, peak=(1, 1), wander=0)
    path = draw_course(
        np.random.default_rng(0), 200, 25, course, {"happiness": 1.0}
    )
    # A target is a prototype with a spread of 0.05.
    np.testing.assert_allclose(path[100], (0.75, 0.30), atol=0.2)
    np.testing.assert_allclose(path[[0, -1]], 0, atol=0.2)


def test_courses_stay_in_range_and_have_no_jumps():
    rng = np.random.default_rng(0)
    path = draw_course(rng, 5000, 25, Course(wander=0.07), SHARES["even"])
    assert np.abs(path).max() <= 1
    # The quickest onset takes 6.25 frames, its middle step 1.5 / 6.25 of the
    # way, and the farthest way is about 1.1.
    assert np.abs(np.diff(path, axis=0)).max() < 1.5 / 6.25 * 1.1 + 0.1


def test_speech_moves_the_mouth_as_often_as_it_should_and_lids_blink():
    rng = np.random.default_rng(0)
    still = np.zeros((20_000, 14))
    moved = disturb(rng, still, 25, Motion(speech=0.3, loudness=1.0))
    opening, lids = moved[:, 2], moved[:, 6]
    # A mouth that speaks is open by more than a tenth most of the time.
    assert 0.15 < np.mean(opening > 0.1) < 0.35
    assert opening.min() >= 0
    blinks, _ = signal.find_peaks(-lids, height=0.8, distance=5)
    assert 10 < len(blinks) / (20_000 / 25 / 60) < 30  # a minute
    silent = disturb(rng, still, 25, Motion(speech=0.0))
    assert np.mean(silent[:, 2] > 0.1) < 0.01


def test_a_head_stays_in_the_scene():
    for pose in draw_poses(
        np.random.default_rng(0), 2000, 25, STYLES["street"].motion, 256
    ):
        x, y, w, h = pose.box()
        assert x > 0 and y > 0 and x + w < 256 and y + h < 256


def test_a_camera_dims_and_adds_noise():
    camera = Camera(
        brightness=(0.5, 0.5), drift=0, flicker=0, tint=0, haze=0, noise=4.0
    )
    rng = np.random.default_rng(0)
    shot = Shot(rng, camera, 1, 25, 128, brightness=140)
    grey = np.full((128, 128, 3), 200, "float32")
    taken = shot.take(grey, 0, (0.0, 0.0), 28.0).astype(float)
    assert taken.mean() == pytest.approx(100, abs=0.2)
    # Rounding to whole levels adds a variance of 1 / 12.
    assert taken.std() == pytest.approx(np.hypot(4, 12**-0.5), rel=0.02)


@pytest.mark.parametrize("name", list(STYLES))
def test_every_style_films_a_crop_for_each_frame_with_a_face(name):
    style = dataclasses.replace(STYLES[name], frames=(12, 12), occluder=1.0)
    rng = np.random.default_rng(0)
    drawn = draw_labels(rng, style, SHARES["even"])
    has_face = np.arange(12) % 3 > 0
    crops = list(
        film_crops(rng, draw_identity(rng), style, drawn.truth, has_face)
    )
    assert len(crops) == 8
    for crop in crops:
        assert crop.shape == (64, 64, 3) and crop.dtype == np.uint8
        assert crop.std() > 10
