import math

import audmetric
import numpy as np
import pytest
from sklearn import metrics

from emoaff.evaluation.scores import AffectScores
from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ClassScores
from tests.evaluation.scores.signals import frames_of_draw
from tests.evaluation.scores.signals import random_affect
from tests.evaluation.scores.signals import random_classes


def percentiles(values):
    return np.quantile(values, [0.025, 0.975])


def ends(table, measure, of=""):
    (row,) = (r for r in table.rows if (r.measure, r.of) == (measure, of))
    return row.low, row.high


def test_affect_intervals_equal_a_loop_that_concatenates_recordings():
    truth, prediction, recording = random_affect()
    bootstrap = Bootstrap(draws=60, seed=4)
    table = AffectScores(truth, prediction, recording).table(bootstrap)
    values = {"ccc": [], "rmse": [], "pearson": []}
    for times in bootstrap.times(7):
        frames = frames_of_draw(times, recording)
        t, p = truth[frames, 0], prediction[frames, 0]
        both = ~(np.isnan(t) | np.isnan(p))
        t, p = t[both], p[both]
        values["ccc"].append(audmetric.concordance_cc(t, p))
        values["pearson"].append(np.corrcoef(t, p)[0, 1])
        values["rmse"].append(metrics.root_mean_squared_error(t, p))
    for measure, each in values.items():
        np.testing.assert_allclose(
            ends(table, measure, "valence"), percentiles(each), rtol=1e-12
        )


def test_the_interval_of_the_mean_of_recordings_equals_a_loop():
    truth, prediction, recording = random_affect(missing=0)
    bootstrap = Bootstrap(draws=60)
    table = AffectScores(truth, prediction, recording).table(bootstrap)
    each = [
        audmetric.concordance_cc(
            truth[recording == r, 0], prediction[recording == r, 0]
        )
        for r in range(7)
    ]
    values = [np.repeat(each, times).mean() for times in bootstrap.times(7)]
    np.testing.assert_allclose(
        ends(table, "ccc_mean_of_recordings", "valence"),
        percentiles(values),
        rtol=1e-12,
    )


def test_class_intervals_equal_a_loop_that_concatenates_recordings():
    truth, probabilities, recording = random_classes()
    bootstrap = Bootstrap(draws=40)
    scores = ClassScores(truth, probabilities, recording, "abcd")
    table = scores.table(bootstrap)
    values = {"accuracy": [], "macro_f1": [], "log_loss": []}
    scored = (truth >= 0) & ~np.isnan(probabilities).any(axis=1)
    for times in bootstrap.times(7):
        frames = frames_of_draw(times, recording)
        frames = frames[scored[frames]]
        t, p = truth[frames], probabilities[frames]
        best = p.argmax(axis=1)
        values["accuracy"].append(metrics.accuracy_score(t, best))
        values["macro_f1"].append(
            metrics.f1_score(
                t, best, labels=range(4), average="macro", zero_division=0
            )
        )
        values["log_loss"].append(metrics.log_loss(t, p, labels=range(4)))
    for measure, each in values.items():
        np.testing.assert_allclose(
            ends(table, measure), percentiles(each), rtol=1e-12
        )


def test_a_draw_has_as_many_recordings_as_the_set():
    times = Bootstrap(draws=200).times(9)
    assert times.shape == (200, 9)
    assert set(times.sum(axis=1)) == {9}
    # Each recording is drawn once on average; 5 standard errors of the mean.
    assert np.abs(times.mean(axis=0) - 1).max() < 5 / math.sqrt(200)


def test_recordings_of_a_subject_are_drawn_together():
    subject = ["b", "a", "b", "c", "a"]
    times = Bootstrap(draws=100).times(5, subject)
    np.testing.assert_array_equal(times[:, 0], times[:, 2])
    np.testing.assert_array_equal(times[:, 1], times[:, 4])
    assert set(times[:, [0, 1, 3]].sum(axis=1)) == {3}


def test_drawing_subjects_widens_the_interval_of_their_many_recordings():
    rng = np.random.default_rng(0)
    subject = np.repeat(np.arange(8), 10)  # 10 recordings of 5 frames each
    recording = np.repeat(np.arange(80), 5)
    truth = rng.normal(size=(400, 1))
    bias = rng.normal(0, 1, 8)[subject[recording]]
    prediction = truth + bias[:, None]
    scores = AffectScores(truth, prediction, recording, ["valence"])
    low, high = ends(scores.table(), "ccc", "valence")
    table = scores.table(subject=subject)
    wide_low, wide_high = ends(table, "ccc", "valence")
    assert wide_high - wide_low > 1.5 * (high - low)
    assert "draws of subjects" in table.facts["interval"]


@pytest.mark.parametrize("subject", [None, ["same", "same", "same"]])
def test_the_interval_of_one_recording_or_subject_is_undefined(subject):
    recordings = 3 if subject else 1
    truth, prediction, recording = random_affect(recordings)
    scores = AffectScores(truth, prediction, recording)
    for row in scores.table(subject=subject).rows:
        assert not math.isnan(row.value)
        assert math.isnan(row.low) and math.isnan(row.high)
        assert row.undefined_draws == 0


def test_undefined_draws_are_left_out_and_counted():
    # Two of three recordings have no label: (2/3)^3 of the draws are empty.
    truth = np.array([[0, 1, 2, np.nan, np.nan]]).T
    prediction = np.array([[0, 1, 1, 5, 5]]).T
    recording = np.array([0, 0, 0, 1, 2])
    bootstrap = Bootstrap(draws=400)
    scores = AffectScores(truth, prediction, recording, ["valence"])
    row = scores.table(bootstrap).rows[0]
    empty = int((bootstrap.times(3)[:, 0] == 0).sum())
    assert row.undefined_draws == empty
    assert empty / 400 == pytest.approx(8 / 27, abs=0.1)
    # All others are of the one recording: no interval.
    assert math.isnan(row.low) and math.isnan(row.high)


def test_twelve_right_of_twelve_are_no_certainty():
    values = np.ones(1000)
    low, high, undefined = Bootstrap().interval(values)
    assert math.isnan(low) and math.isnan(high) and undefined == 0
    assert (
        Bootstrap()
        .describe("recordings", 12)
        .endswith("seed 0; 12 recordings are too few to tell")
    )
    assert (
        Bootstrap()
        .describe("subjects", 1)
        .endswith("; 1 subject is too few to tell")
    )
    assert "few" not in Bootstrap().describe("recordings", 30)


def test_equal_seeds_give_equal_intervals():
    scores = AffectScores(*random_affect())
    first, again, other = (
        scores.table(Bootstrap(draws=50, seed=seed)) for seed in (1, 1, 2)
    )
    assert ends(first, "ccc", "mean") == ends(again, "ccc", "mean")
    assert ends(first, "ccc", "mean") != ends(other, "ccc", "mean")


def test_the_interval_covers_the_true_ccc_about_as_often_as_it_says():
    # p = t + b_r + e, variances 1, 1/4, 1/4: CCC = 2 / (1 + 1.5) = 0.8.
    rng = np.random.default_rng(0)
    recording = np.repeat(np.arange(40), 10)
    hits = 0
    for trial in range(200):
        truth = rng.normal(size=(400, 1))
        bias = rng.normal(0, 0.5, (40, 1))[recording]
        prediction = truth + bias + rng.normal(0, 0.5, truth.shape)
        scores = AffectScores(truth, prediction, recording, ["valence"])
        table = scores.table(Bootstrap(draws=200, seed=trial))
        low, high = ends(table, "ccc", "valence")
        hits += low <= 0.8 <= high
    # 0.95 * 200 = 190; percentile intervals of 40 recordings run a bit short.
    assert 176 <= hits <= 198


def test_the_level_is_the_share_of_draws_inside():
    values = np.random.default_rng(0).normal(size=1000)
    low, high, undefined = Bootstrap(level=0.8).interval(values)
    assert undefined == 0
    assert ((values > low) & (values < high)).mean() == pytest.approx(0.8, 0.01)


@pytest.mark.parametrize(
    "arguments", [{"draws": -1}, {"level": 0.0}, {"level": 95}]
)
def test_bad_arguments_say_what_was_received(arguments):
    (name, value), *_ = arguments.items()
    with pytest.raises(ValueError, match=f"{name}={value}"):
        Bootstrap(**arguments)
