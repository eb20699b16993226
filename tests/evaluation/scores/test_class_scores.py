import math

import numpy as np
import pytest
from sklearn import metrics

from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ClassScores
from emoaff.presets.calibration import calibration_error
from tests.evaluation.scores.signals import NAN
from tests.evaluation.scores.signals import random_classes

NO_DRAWS = Bootstrap(draws=0)


def by_hand():
    # Labels 0 0 0 1 1, answers 0 0 1 1 0 at 13/15; class c never occurs.
    answers = np.eye(3)[[0, 0, 1, 1, 0]] * 0.8 + 0.2 / 3
    truth = np.array([0, 0, 0, 1, 1])
    return ClassScores(truth, answers, np.array([0, 0, 1, 1, 2]), "abc")


def test_scores_by_hand():
    table = by_hand().table(NO_DRAWS)
    assert table.value("accuracy") == pytest.approx(3 / 5)
    assert table.value("uar") == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert table.value("f1", "a") == pytest.approx(4 / 6)  # 2 TP / (3 + 3)
    assert table.value("f1", "b") == pytest.approx(2 / 4)
    macro = (4 / 6 + 2 / 4 + 0) / 3  # class c counts 0
    assert table.value("macro_f1") == pytest.approx(macro)
    assert table.value("weighted_f1") == pytest.approx((3 * 4 / 6 + 1) / 5)
    assert table.value("abaw_1_2") == pytest.approx(0.67 * macro + 0.33 * 0.6)
    assert table.value("abaw_3_on") == pytest.approx(macro)
    # Confidence 13/15 throughout, right in 3 of 5.
    assert table.value("calibration_error") == pytest.approx(13 / 15 - 3 / 5)
    assert table.value("log_loss") == pytest.approx(
        -(3 * math.log(13 / 15) + 2 * math.log(1 / 15)) / 5
    )


def test_a_class_that_neither_occurs_nor_is_predicted_has_no_scores():
    table = by_hand().table(NO_DRAWS)
    for measure in ("recall", "precision", "f1"):
        assert math.isnan(table.value(measure, "c"))


def test_scores_agree_with_scikit_learn():
    truth, probabilities, recording = random_classes()
    scores = ClassScores(truth, probabilities, recording, "abcd")
    table = scores.table(NO_DRAWS)
    scored = (truth >= 0) & ~np.isnan(probabilities).any(axis=1)
    t, p = truth[scored], probabilities[scored]
    best = p.argmax(axis=1)
    np.testing.assert_array_equal(
        scores.confusion, metrics.confusion_matrix(t, best)
    )
    expected = {
        "accuracy": metrics.accuracy_score(t, best),
        "uar": metrics.balanced_accuracy_score(t, best),
        "macro_f1": metrics.f1_score(t, best, average="macro"),
        "weighted_f1": metrics.f1_score(t, best, average="weighted"),
        "log_loss": metrics.log_loss(t, p),
        "calibration_error": calibration_error(t, p),
    }
    for measure, value in expected.items():
        assert table.value(measure) == pytest.approx(value, rel=1e-12), measure
    each = metrics.precision_recall_fscore_support(t, best)
    for place, measure in enumerate(("precision", "recall", "f1")):
        got = [table.value(measure, name) for name in "abcd"]
        np.testing.assert_allclose(got, each[place], rtol=1e-12)
    rows = [row.n for row in table.rows if row.measure == "recall"]
    np.testing.assert_array_equal(rows, each[3])


def test_a_probability_of_zero_costs_as_in_scikit_learn():
    probabilities = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    truth = np.array([1, 0, 1])
    scores = ClassScores(truth, probabilities, np.zeros(3, int), "ab")
    assert scores.table(NO_DRAWS).value("log_loss") == pytest.approx(
        metrics.log_loss(truth, probabilities), rel=1e-12
    )


def test_every_frame_is_scored_or_counted_as_left_out():
    probabilities = np.array([[1.0, 0.0], [NAN, NAN], [NAN, NAN], [0.0, 1.0]])
    truth = np.array([0, 1, -1, -1])
    scores = ClassScores(truth, probabilities, np.zeros(4, int), "ab")
    assert scores.coverage() == {
        "frames": {"scored": 1, "unlabelled": 2, "without prediction": 1}
    }
    assert scores.table(NO_DRAWS).rows[0].n == 1


def test_the_interval_of_the_calibration_error_is_undefined():
    truth, probabilities, recording = random_classes()
    table = ClassScores(truth, probabilities, recording, "abcd").table()
    assert table.rows[-1].measure == "calibration_error"
    assert math.isnan(table.rows[-1].low)
    assert all(row.low < row.value < row.high for row in table.rows[:-1])


def test_groups_have_their_own_frames():
    truth, probabilities, recording = random_classes()
    group = np.array(["x", "y", "x", "x", "y", "x", "y"])
    scores = ClassScores(truth, probabilities, recording, "abcd")
    table = scores.by_group(group, NO_DRAWS)
    inside = group[recording] == "y"
    numbers = np.unique(recording[inside], return_inverse=True)[1]
    alone = ClassScores(
        truth[inside], probabilities[inside], numbers, "abcd"
    ).table(NO_DRAWS)
    for row in alone.rows:
        got = table.value(row.measure, row.of, "y")
        assert got == pytest.approx(row.value, rel=1e-12)


def test_recordings_have_their_own_rows():
    table = by_hand().by_recording(["first", "second", "third"])
    got = [table.value("accuracy", "", p) for p in ("first", "second", "third")]
    assert got == [1.0, 0.5, 0.0]
    assert {row.measure for row in table.rows} == {
        "accuracy",
        "uar",
        "macro_f1",
    }
    assert [row.n for row in table.rows[::3]] == [2, 2, 1]


def test_no_label_at_all_is_undefined():
    probabilities = np.full((3, 2), 0.5)
    truth = np.full(3, -1)
    scores = ClassScores(truth, probabilities, np.zeros(3, int), "ab")
    assert all(math.isnan(row.value) for row in scores.table().rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"truth": np.array([0, 1, 2])}, "from 0 to 1, or -1. Received: truth"),
        ({"truth": np.array([0.0, 1.0, 1.0])}, "dtype=float64"),
        ({"truth": np.array([0, 1])}, r"truth.shape=\(2,\)"),
        ({"probabilities": np.full((3, 3), 1 / 3)}, r"shape=\(3, 3\)"),
        ({"probabilities": np.full((3, 2), 2.0)}, "Apply a softmax"),
        ({"probabilities": np.array([[2.0, -1.0]] * 3)}, "Apply a softmax"),
    ],
)
def test_bad_input_says_what_was_received(change, message):
    arguments = {
        "truth": np.array([0, 1, -1]),
        "probabilities": np.full((3, 2), 0.5),
        "recording": np.zeros(3, int),
        "classes": "ab",
    }
    with pytest.raises(ValueError, match=message):
        ClassScores(**{**arguments, **change})
