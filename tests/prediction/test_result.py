import json

import numpy as np
import pytest

from emoaff.prediction.events_table import write_events
from emoaff.prediction.report import render_report
from emoaff.prediction.report import write_report
from emoaff.prediction.result import Result
from emoaff.prediction.result import read_names
from emoaff.prediction.result import write_json
from emoaff.prediction.row import Row
from emoaff.prediction.tiers import collect_tiers
from tests.prediction.results import row
from tests.prediction.results import write_result


@pytest.mark.parametrize("missing", [".csv", ".json"])
def test_half_a_result_is_refused_with_a_sentence(tmp_path, missing):
    table = write_result(tmp_path, [row(0)])
    table.with_suffix(missing).unlink()
    with pytest.raises((ValueError, FileNotFoundError), match="expected"):
        write_report(table)
    assert not (tmp_path / "clip.html").exists()


def test_a_result_is_read_by_person_with_the_times_of_all_frames(tmp_path):
    rows = [row(0, 2), Row(1, 0.1), row(2, 1), row(2, 2)]
    result = Result.read(write_result(tmp_path, rows).with_suffix(".json"))
    np.testing.assert_allclose(result.times, [0, 0.1, 0.2])
    assert [person.person for person in result.persons] == [1, 2]
    assert result.persons[1].frames.tolist() == [0, 2]
    assert result.end_s == pytest.approx(0.3)
    assert not result.is_picture


def test_json_cannot_end_the_element_that_it_stands_in():
    text = write_json({"name": "</script>\u2028"})
    assert "<" not in text and "\u2028" not in text
    assert json.loads(text) == {"name": "</script>\u2028"}


def test_people_are_called_by_their_names_in_all_that_is_made(tmp_path):
    rows = [row(n, person=p) for n in range(10) for p in (1, 2)]
    people = [{"person": 1}, {"person": 2, "name": "=Zoë <b>"}]
    result = Result.read(write_result(tmp_path, rows, people=people))
    assert result.name_person(1) == "person 1"
    assert result.name_person(2) == "=Zoë <b>"
    assert read_names({}) == read_names({"people": None}) == {}
    assert [tier.name for tier in collect_tiers(result)] == [
        "person 1",
        "=Zoë <b>",
    ]
    page = render_report(result)
    assert "<h2>=Zoë &lt;b&gt;</h2>" in page and "<h2>Person 1</h2>" in page
    assert '<a href="#person-2">=Zoë &lt;b&gt;</a>' in page
    write_events(tmp_path / "e.csv", result)
    assert ",2,'=Zoë <b>,happiness," in (tmp_path / "e.csv").read_text("utf-8")
