import math

import numpy as np
import pytest
from sklearn import metrics

from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import MultiLabelScores
from tests.evaluation.scores.signals import frames_of_draw

LABELS = ("au1", "au2", "au4")


def random_units(n=200, seed=0):
    rng = np.random.default_rng(seed)
    truth = (rng.random((n, 3)) < 0.4).astype(int)
    probabilities = np.clip(0.4 * truth + rng.random((n, 3)) * 0.7, 0, 1)
    return truth, probabilities, np.repeat(np.arange(10), n // 10)


def test_f1_agrees_with_scikit_learn_label_by_label():
    truth, probabilities, recording = random_units()
    truth[:50, 0] = -1
    probabilities[30:90, 1] = np.nan
    scores = MultiLabelScores(truth, probabilities, recording, LABELS)
    table = scores.table(Bootstrap(draws=0))
    expected = []
    for place, name in enumerate(LABELS):
        scored = (truth[:, place] >= 0) & ~np.isnan(probabilities[:, place])
        said = probabilities[scored, place] >= 0.5
        expected.append(metrics.f1_score(truth[scored, place], said))
        assert table.value("f1", name) == pytest.approx(expected[-1])
    assert table.value("f1", "mean") == pytest.approx(np.mean(expected))
    assert [row.n for row in table.rows] == [150, 140, 200, 140]


def test_nan_labels_are_the_same_as_minus_one():
    truth, probabilities, recording = random_units()
    marked, empty = truth.copy(), truth.astype(float)
    marked[:50, 0], empty[:50, 0] = -1, np.nan
    tables = [
        MultiLabelScores(t, probabilities, recording, LABELS).table()
        for t in (marked, empty)
    ]
    assert tables[0] == tables[1]
    assert tables[0].facts["frames of au1"]["unlabelled"] == 50


def test_a_label_that_never_holds_counts_zero_in_the_mean():
    truth = np.array([[1, 0], [1, 0], [0, 0]])
    probabilities = np.array([[0.9, 0.1], [0.5, 0.1], [0.8, 0.2]])
    scores = MultiLabelScores(truth, probabilities, np.zeros(3, int), "xy")
    table = scores.table()
    assert table.value("f1", "x") == pytest.approx(4 / 5)  # 2 * 2 / (2 + 3)
    assert math.isnan(table.value("f1", "y"))
    assert table.value("f1", "mean") == pytest.approx((4 / 5 + 0) / 2)


def test_a_label_without_any_frame_makes_the_mean_undefined():
    truth = np.array([[1, -1], [1, -1]])
    scores = MultiLabelScores(truth, np.ones((2, 2)), np.zeros(2, int), "xy")
    assert math.isnan(scores.table().value("f1", "mean"))


def test_the_threshold_counts_as_one():
    truth, probabilities = np.array([[1], [0]]), np.array([[0.3], [0.2]])
    scores = MultiLabelScores(
        truth, probabilities, np.zeros(2, int), "x", threshold=0.3
    )
    assert scores.table().value("f1", "x") == 1.0


def test_intervals_equal_a_loop_that_concatenates_recordings():
    truth, probabilities, recording = random_units()
    bootstrap = Bootstrap(draws=40)
    scores = MultiLabelScores(truth, probabilities, recording, LABELS)
    row = scores.table(bootstrap).rows[-1]
    values = []
    for times in bootstrap.times(10):
        frames = frames_of_draw(times, recording)
        values.append(
            metrics.f1_score(
                truth[frames], probabilities[frames] >= 0.5, average="macro"
            )
        )
    expected = np.quantile(values, [0.025, 0.975])
    np.testing.assert_allclose([row.low, row.high], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("truth", "probabilities", "message"),
    [
        (np.full((2, 2), 2), np.ones((2, 2)), "labels 0, 1 or -1"),
        (np.ones((2, 2)), np.full((2, 2), 3.0), "Apply a sigmoid"),
        (np.ones((2, 1)), np.ones((2, 2)), r"truth.shape=\(2, 1\)"),
    ],
)
def test_bad_input_says_what_was_received(truth, probabilities, message):
    with pytest.raises(ValueError, match=message):
        MultiLabelScores(truth, probabilities, np.zeros(2, int), "xy")
