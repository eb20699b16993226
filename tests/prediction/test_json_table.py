import json

import pandas
import pytest

from emoaff.prediction import tables
from emoaff.prediction.json_table import open_json_table
from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from tests.prediction.results import CLASSES
from tests.prediction.results import row


def write(path, rows, **settings):
    with open_json_table(path, TableSettings(CLASSES, **settings)) as add:
        for each in rows:
            add(each)
    return json.loads(path.read_text("utf-8"))


def test_each_object_says_what_the_row_says_and_null_what_is_missing(tmp_path):
    path = tmp_path / "a.json"
    first, second = write(path, [row(0), Row(7, 0.7)])
    assert tuple(first) == tables.columns(CLASSES) == tuple(second)
    assert first["happiness"] == pytest.approx(0.9, abs=1e-7)
    assert first["expression_smoothed"] == "happiness"
    assert first["valence"] is None and first["doubt"] is None
    given = {k: v for k, v in second.items() if v is not None}
    assert given == {"frame": 7, "time_s": 0.7}
    table = pandas.read_json(path, orient="records")
    assert table["frame"].tolist() == [0, 7]


def test_no_rows_are_an_empty_list(tmp_path):
    assert write(tmp_path / "a.json", []) == []


def test_columns_and_decimals(tmp_path):
    columns = ("frame", "anger")
    rows = write(tmp_path / "a.json", [row(3)], decimals=1, columns=columns)
    assert rows == [{"frame": 3, "anger": 0.1}]
