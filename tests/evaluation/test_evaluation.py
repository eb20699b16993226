import pytest

from tests.evaluation.small_scores import ccc


def test_people_are_drawn_and_have_a_table(evaluation, truth):
    assert "draws of subjects" in evaluation.table.facts["interval"]
    # Recordings 0 and 1 show person 0, recording 2 shows person 1.
    for name, rows in {
        "person 0": range(33),
        "person 1": range(33, 54),
    }.items():
        rows = list(rows)
        assert evaluation.by_subject.value(
            "ccc", "valence", name
        ) == pytest.approx(
            ccc(truth["valence"][rows], evaluation.predictions["valence"][rows])
        )
    third = truth["valence"][33:], evaluation.predictions["valence"][33:]
    assert evaluation.by_recording.value(
        "ccc", "valence", "clip 2"
    ) == pytest.approx(ccc(*third))
