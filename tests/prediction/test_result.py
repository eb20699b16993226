import json

import numpy as np
import pytest

from emoaff.prediction.report import write_report
from emoaff.prediction.result import Result
from emoaff.prediction.result import write_json
from emoaff.prediction.row import Row
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
