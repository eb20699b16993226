import json

import numpy as np

from emoaff.evaluation.scores import ScoreRow
from emoaff.evaluation.scores import ScoreTable
from emoaff.evaluation.scores.coverage_curve import compute_coverage_curve
from emoaff.presets import card_robustness

FACTS = {"dataset": "corpus", "split": "validation"}


def stored(table):
    return json.loads(json.dumps(table.to_dict()))


def test_a_card_without_these_scores_says_nothing_of_them():
    assert card_robustness.coverage({"facts": FACTS}) == []
    assert card_robustness.robustness({"facts": FACTS}) == []


def test_a_card_shows_how_many_mistakes_silence_keeps_back():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.45, 0.55]])
    table = compute_coverage_curve(
        np.array([0, 1, 1, 0]), probabilities, [0.6], shares=()
    )
    title, words, lines = card_robustness.coverage(
        {"facts": FACTS, "coverage": stored(table)}
    )
    assert title == "## When it keeps silent"
    assert "On corpus, split validation" in words
    assert lines.splitlines()[2:] == [
        "| at least 0.6 | 0.6000 | 0.7500 | 0.6667 | 0.5000 |"
    ]


def test_a_card_shows_what_each_way_of_spoiling_costs():
    rows = (
        ScoreRow("accuracy", "", 0.85, part="as stored"),
        ScoreRow("uar", "", 0.7, part="as stored"),
        ScoreRow("accuracy", "", 0.8, part="blur 1"),
        ScoreRow("uar", "", float("nan"), part="blur 1"),
    )
    *_, lines = card_robustness.robustness(
        {"facts": FACTS, "robustness": stored(ScoreTable(rows))}
    )
    assert lines.splitlines() == [
        "| pictures | accuracy | lost | uar | lost |",
        "|---|---|---|---|---|",
        "| as stored | 0.8500 |  | 0.7000 |  |",
        "| blur 1 | 0.8000 | 0.0500 | n/a |  |",
    ]


def test_a_card_says_how_sure_it_is_and_what_equal_classes_are():
    rows = (
        ScoreRow("accuracy", "", 0.85, part="as stored"),
        ScoreRow("calibration_error", "", 0.01, part="as stored"),
        ScoreRow("uar", "at equal classes", 0.7, part="as stored"),
        ScoreRow("accuracy", "", 0.8, part="blur 1"),
        ScoreRow("calibration_error", "", 0.05, part="blur 1"),
        ScoreRow("uar", "at equal classes", 0.6, part="blur 1"),
    )
    _, words, lines = card_robustness.robustness(
        {"facts": FACTS, "robustness": stored(ScoreTable(rows))}
    )
    assert "the class prior is taken out" in words
    assert lines.splitlines() == [
        "| pictures | accuracy | lost | calibration error "
        "| uar at equal classes |",
        "|---|---|---|---|---|",
        "| as stored | 0.8500 |  | 0.0100 | 0.7000 |",
        "| blur 1 | 0.8000 | 0.0500 | 0.0500 | 0.6000 |",
    ]
