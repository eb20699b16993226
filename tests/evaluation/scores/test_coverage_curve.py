import numpy as np
import pytest

from emoaff.evaluation.scores.coverage_curve import compute_coverage_curve

# Sure and right, sure and wrong, unsure and right, unsure and wrong.
TRUTH = np.array([0, 1, 1, 0])
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.45, 0.55]])


def values(table, part):
    return {r.measure: r.value for r in table.rows if r.part == part}


def test_only_what_is_sure_enough_is_answered():
    table = compute_coverage_curve(TRUTH, PROBABILITIES, [0.6], shares=())
    assert values(table, "at least 0.6") == {
        "threshold": 0.6,
        "coverage": 3 / 4,
        "accuracy": 2 / 3,
        "wrong_kept_silent": 1 / 2,
    }


def test_a_share_sets_the_threshold():
    table = compute_coverage_curve(TRUTH, PROBABILITIES, shares=[1.0, 0.5])
    assert values(table, "surest 50%")["threshold"] == 0.8
    assert values(table, "surest 50%")["accuracy"] == 0.5
    assert values(table, "surest 100%") == {
        "threshold": 0.55,
        "coverage": 1.0,
        "accuracy": 0.5,
        "wrong_kept_silent": 0.0,
    }


def test_random_answers_agree_with_a_loop_over_the_rows():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), 300)
    truth = rng.integers(-1, 4, 300)
    probabilities[5] = np.nan
    table = compute_coverage_curve(truth, probabilities, [0.5], shares=())
    answered = right = wrong = silent = scored = 0
    for label, row in zip(truth, probabilities, strict=True):
        if label < 0 or np.isnan(row[0]):
            continue
        scored += 1
        is_right = int(np.argmax(row)) == label
        wrong += not is_right
        if max(row) >= 0.5:
            answered += 1
            right += is_right
        else:
            silent += not is_right
    got = values(table, "at least 0.5")
    assert got["coverage"] == pytest.approx(answered / scored)
    assert got["accuracy"] == pytest.approx(right / answered)
    assert got["wrong_kept_silent"] == pytest.approx(silent / wrong)


def test_without_an_answer_there_is_no_accuracy():
    table = compute_coverage_curve(TRUTH, PROBABILITIES, [1.0], shares=())
    got = values(table, "at least 1")
    assert got["coverage"] == 0 and np.isnan(got["accuracy"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"thresholds": [1.2]}, "Received: 1.2"),
        ({"shares": [0]}, "Received: 0"),
        ({"truth": np.array([-1] * 4)}, "none among 4"),
        ({"truth": TRUTH[:2]}, r"\(2,\) and \(4, 2\)"),
    ],
)
def test_what_cannot_be_scored_is_refused(arguments, message):
    given = {"truth": TRUTH, "probabilities": PROBABILITIES, **arguments}
    with pytest.raises(ValueError, match=message):
        compute_coverage_curve(**given)
