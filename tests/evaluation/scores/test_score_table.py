import json

import numpy as np
import pytest

from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ClassScores
from emoaff.evaluation.scores import ScoreRow
from emoaff.evaluation.scores import ScoreTable
from emoaff.prediction.tables import write_header

NAN = float("nan")
ROWS = (
    ScoreRow("ccc", "valence", 0.123456, 0.1, 0.2, 1500, 0, 3),
    ScoreRow("ccc", "arousal", NAN, NAN, NAN, 0),
)
FACTS = {
    "dataset": "recola",
    "model": "m",
    "frames of valence": {"scored": 1500, "unlabelled": 2},
    "weight": 0.25,
}


def test_text_aligns_columns_and_says_what_was_left_out():
    assert ScoreTable(ROWS, FACTS).to_text().splitlines() == [
        "dataset: recola",
        "model: m",
        "frames of valence: scored 1500, unlabelled 2",
        "weight: 0.2500",
        "measure  of        value     low    high     n",
        "ccc      valence  0.1235  0.1000  0.2000  1500",
        "ccc      arousal     n/a     n/a     n/a     0",
        "ccc valence: 3 undefined draws left out of the interval",
    ]


def test_markdown_is_a_table_with_the_same_cells():
    lines = ScoreTable(ROWS, FACTS).to_markdown().splitlines()
    assert lines[0] == "- dataset: recola"
    assert lines[5] == "| measure | of | value | low | high | n |"
    assert lines[6] == "| :-- | :-- | --: | --: | --: | --: |"
    assert lines[7] == "| ccc | valence | 0.1235 | 0.1000 | 0.2000 | 1500 |"
    assert lines[-1].startswith("- ccc valence: 3 undefined draws")


def test_a_bar_in_a_name_does_not_break_the_markdown():
    row = ScoreRow("ccc", "valence", 0.5, part="a|b")
    assert "| a\\|b | ccc |" in ScoreTable((row,)).to_markdown()


def test_parts_get_a_column_only_where_there_are_any():
    text = ScoreTable((ScoreRow("ccc", "mean", 0.5, part="P16"),)).to_text()
    assert text.splitlines()[0].split() == [
        *("part", "measure", "of", "value", "low", "high", "n"),
    ]
    assert "part" not in ScoreTable(ROWS).to_text()


def test_a_wide_table_has_a_line_a_part_and_a_column_a_score():
    rows = (
        ScoreRow("accuracy", "", 0.9, part="clean"),
        ScoreRow("ccc", "valence", NAN, part="clean"),
        ScoreRow("accuracy", "", 0.5, part="dark | cold"),
    )
    assert ScoreTable(rows).to_wide_markdown().splitlines() == [
        "|  | accuracy | ccc valence |",
        "| :-- | --: | --: |",
        "| clean | 0.9000 | n/a |",
        "| dark \\| cold | 0.5000 |  |",
    ]


def test_json_has_every_digit_and_null_for_nan(tmp_path):
    table = ScoreTable(ROWS, {**FACTS, "loss": float("inf")})
    # Without `allow_nan=False` it would write NaN, which is no JSON.
    values = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert values["rows"][0]["value"] == 0.123456
    assert values["rows"][1]["value"] is None
    assert values["facts"]["loss"] is None
    assert values["facts"]["frames of valence"]["scored"] == 1500
    write_header(tmp_path / "scores.json", table.to_dict())
    assert json.loads((tmp_path / "scores.json").read_text()) == values


def test_the_confusion_matrix_is_in_every_form():
    truth, probabilities = np.array([0, 0, 1]), np.eye(2)[[0, 1, 1]]
    scores = ClassScores(truth, probabilities, np.zeros(3, int), ("yes", "no"))
    table = scores.table(Bootstrap(draws=0), facts={"dataset": "d"})
    text = table.to_text().splitlines()
    assert text[0] == "dataset: d"
    assert [line.split() for line in text[-3:]] == [
        ["yes", "no"],
        ["yes", "1", "1"],
        ["no", "0", "1"],
    ]
    assert "| yes | 1 | 1 |\n| no | 0 | 1 |" in table.to_markdown()
    assert table.to_dict()["confusion"] == {
        "classes": ["yes", "no"],
        "counts": [[1, 1], [0, 1]],
    }
    json.dumps(table.to_dict(), allow_nan=False)


def test_an_unknown_score_lists_the_known():
    with pytest.raises(ValueError, match="ccc, arousal; ccc, valence"):
        ScoreTable(ROWS).value("rmse", "valence")


def test_undefined_draws_of_several_scores_are_a_line():
    rows = [
        ScoreRow("recall", name, 0.5, undefined_draws=n, left_out=n - 3)
        for name, n in (("fear", 3), ("anger", 4))
    ]
    assert ScoreTable(tuple(rows)).to_text().splitlines()[-2:] == [
        "recall anger: 1 recordings without a defined score left out",
        "undefined draws left out of the intervals: recall fear 3, "
        "recall anger 4",
    ]
