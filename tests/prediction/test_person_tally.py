import math

import numpy as np
import pytest

from emoaff.prediction.person_record import PersonRecord
from emoaff.prediction.person_tally import PersonTally
from emoaff.prediction.row import Row
from tests.prediction.results import CLASSES
from tests.prediction.results import row


def draw_rows(seed):
    """Rows that change what they name now and then, with doubts and gaps."""
    rng = np.random.default_rng(seed)
    rows, n = [], 0
    while len(rows) < 300:
        named, length = rng.integers(0, 3), rng.integers(1, 12)
        doubt = "small; blurred" if rng.random() < 0.2 else ""
        rows += [row(n + k, named=named, doubt=doubt) for k in range(length)]
        n += length + (rng.integers(3, 9) if rng.random() < 0.2 else 0)
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_it_counts_what_the_whole_record_holds(seed):
    tally, record = PersonTally(CLASSES, 0.1), PersonRecord(1, CLASSES)
    rows = draw_rows(seed)
    for each in rows:
        tally.add(each)
        record.add(each)
    tally.close()
    record.close()
    expected = {}
    for event in record.find_events():
        expected[event.expression] = expected.get(event.expression, 0) + 1
    assert dict(tally.held) == expected and expected
    doubtful = sum(1 for each in rows if each.doubt)
    assert tally.unnamed == doubtful == tally.doubts["small"]
    assert tally.doubts["blurred"] == doubtful
    shares = record.shares()
    assert shares.pop("") == pytest.approx(tally.unnamed / tally.rows)
    named = {name: n / tally.rows for name, n in tally.named.items()}
    assert shares == pytest.approx(named)
    assert (tally.first_s, tally.last_s) == (rows[0].time_s, rows[-1].time_s)


def test_means_are_of_what_is_there():
    tally = PersonTally(CLASSES, 0.1)
    for n, (strength, valence) in enumerate([(0.6, 0.2), (0.8, math.nan)]):
        tally.add(row(n, strength=strength, valence=valence))
    tally.add(row(2, named=None, valence=0.6))
    assert tally.strength == pytest.approx(0.7, abs=1e-6)
    assert tally.valence == pytest.approx(0.4)
    assert math.isnan(tally.arousal)


def test_a_person_without_answers_has_none():
    tally = PersonTally((), 0.0)
    tally.add(Row(0, 0.0, 1, (0, 0, 9, 9), 0.9))
    tally.close()
    assert tally.describe()["mean_strength"] is None
    assert tally.describe()["shares"] == {} == dict(tally.held)


def test_a_row_that_is_unsure_only_with_its_neighbours_wavers():
    tally = PersonTally(CLASSES, 0.1)
    tally.add(row(0))
    tally.add(row(1).changed(smoothed=None))
    tally.add(Row(2, 0.2, 1, (0, 0, 9, 9), 0.9))  # before the first answer
    assert tally.unnamed == 2 and dict(tally.doubts) == {"wavering": 1}


def test_seconds_are_until_the_next_row_and_a_gap_counts_one_step():
    tally = PersonTally(CLASSES, step_s=0.1)
    for time_s in (0.0, 0.1, 0.3, 2.0):  # a frame was lost; then a second gone
        tally.add(Row(0, time_s, 1))
    tally.close()
    # .1 and .2 to the next row, .1 before the gap, .1 for the last.
    assert tally.seconds == pytest.approx(0.5)


def test_a_picture_lasts_no_time():
    tally = PersonTally(CLASSES, step_s=0.0)
    tally.add(Row(0, 0.0, 1))
    tally.close()
    assert tally.seconds == 0
