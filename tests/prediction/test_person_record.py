import numpy as np
import pytest

from emoaff.prediction.person_record import PersonRecord
from tests.prediction.results import CLASSES
from tests.prediction.results import row


def record(rows):
    found = PersonRecord(1, CLASSES)
    for each in rows:
        found.add(each)
    return found.close()


def test_shares_are_of_rows_with_what_names_nothing_beside_them():
    # 5 happy, 3 neutral, 2 without, after a time away.
    rows = [row(n) for n in range(5)]
    rows += [row(n, named=0) for n in range(5, 8)]
    rows += [row(n, named=None) for n in range(28, 30)]
    shares = record(rows).shares()
    assert list(shares) == ["happiness", "neutral", ""]
    assert list(shares.values()) == pytest.approx([0.5, 0.3, 0.2])


def test_a_row_in_doubt_counts_as_no_expression():
    rows = [row(0), row(1, doubt="turned away")]
    assert record(rows).shares() == pytest.approx({"happiness": 0.5, "": 0.5})


def test_a_single_row_is_all_of_it():
    assert record([row(3)]).shares() == {"happiness": 1.0}


def test_a_row_that_wavers_is_told_from_one_in_doubt():
    rows = [row(0), row(1).changed(smoothed=None), row(2, doubt="small")]
    assert record(rows).wavers.tolist() == [False, True, False]


def test_an_expression_held_for_half_a_second_is_an_event():
    strengths = (0.6, 0.7, 0.95, 0.7, 0.8)
    rows = [row(n, strength=s) for n, s in enumerate(strengths)]
    rows += [row(n, named=2) for n in range(5, 9)]  # 0.4 s, too short
    (event,) = record(rows).find_events()
    assert event.expression == "happiness"
    assert (event.start_s, event.peak_s) == pytest.approx((0.0, 0.2))
    assert event.end_s == pytest.approx(0.5)
    assert event.mean == pytest.approx(0.75)  # 3.75 / 5
    assert event.peak_row == 2


def test_neutral_is_no_event():
    assert record([row(n, named=0) for n in range(20)]).find_events() == []


def test_an_absence_ends_an_event_and_is_told():
    rows = [row(n) for n in (*range(6), *range(20, 26))]
    person = record(rows)
    first, second = person.find_events()
    assert first.end_s == pytest.approx(0.6)
    assert second.start_s == pytest.approx(2.0)
    ((start_s, end_s),) = person.find_absences()
    assert (start_s, end_s) == pytest.approx((0.6, 2.0))


def test_neighbouring_rows_of_one_doubt_are_one_span():
    doubts = ["", "blurred", "blurred", "unsure", "", "blurred"]
    person = record([row(n, doubt=d) for n, d in enumerate(doubts)])
    spans = person.find_doubts()
    assert [why for _, _, why in spans] == ["blurred", "unsure", "blurred"]
    assert spans[0][:2] == pytest.approx((0.1, 0.3))
    assert spans[2][:2] == pytest.approx((0.5, 0.6))


def test_the_portrait_is_the_largest_sure_face_without_doubt():
    rows = [
        row(0, box=(0, 0, 90, 90), doubt="blurred"),
        row(1, box=(0, 0, 50, 50)),
        row(2, box=(0, 0, 60, 60), face_score=0.4),
        row(3, box=(0, 0, 49, 50)),
    ]
    assert record(rows).choose_portrait() == 1
    assert record(rows[:1]).choose_portrait() == 0
    crops = [each.changed(face_score=np.nan) for each in rows]
    assert record(crops).choose_portrait() == 2


def test_a_bin_holds_the_mean_of_its_rows_and_nothing_where_none_is():
    rows = [row(0, strength=0.5), row(1, strength=0.7), row(5, strength=0.9)]
    rows[0] = rows[0].changed(valence=0.2)
    rows[1] = rows[1].changed(valence=0.4)
    curves, affect = record(rows).bin_values(np.array([0.0, 0.2, 0.4]))
    np.testing.assert_allclose(curves[:, 1], [0.6, np.nan, 0.9], rtol=1e-6)
    np.testing.assert_allclose(affect[:, 0], [0.3, np.nan, np.nan], rtol=1e-6)
    assert np.isnan(affect[:, 1]).all()
