import io

import pandas
import pytest

from emoaff.prediction import tables
from emoaff.prediction.csv_tables import LONG_COLUMNS
from emoaff.prediction.csv_tables import guard_cell
from emoaff.prediction.csv_tables import open_long_csv
from emoaff.prediction.csv_tables import open_wide_csv
from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from tests.prediction.results import CLASSES
from tests.prediction.results import row

ROWS = [row(0), Row(1, 0.1), row(2, named=None, valence=-0.25, arousal=0.5)]


def write(opened, path):
    with opened as add:
        for each in ROWS:
            add(each)
    return path.read_text("utf-8")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    assert guard_cell(f"{start}cmd|'/c calc'!A0") == f"'{start}cmd|'/c calc'!A0"
    assert guard_cell(f"clip{start}.mp4") == f"clip{start}.mp4"
    assert guard_cell("") == ""


def test_all_columns_are_the_usual_table(tmp_path):
    settings = TableSettings(CLASSES)
    wide = write(
        open_wide_csv(tmp_path / "a.csv", settings), tmp_path / "a.csv"
    )
    usual = write(tables.table(tmp_path / "b.csv", CLASSES), tmp_path / "b.csv")
    assert wide == usual


def test_columns_and_decimals(tmp_path):
    columns = ("person", "time_s", "happiness", "valence", "box_w")
    settings = TableSettings(CLASSES, decimals=2, columns=columns)
    path = tmp_path / "a.csv"
    text = write(open_wide_csv(path, settings), path)
    assert text.splitlines() == [
        "person,time_s,happiness,valence,box_w",
        "1,0.00,0.90,,40.00",
        ",0.10,,,",
        "1,0.20,0.05,-0.25,40.00",
    ]


def test_the_long_table_is_the_wide_one_melted(tmp_path):
    path = tmp_path / "a.csv"
    wide = pandas.read_csv(
        io.StringIO(write(tables.table(path, CLASSES), path))
    )
    long = pandas.read_csv(
        io.StringIO(write(open_long_csv(path, TableSettings(CLASSES)), path))
    )
    expected = wide.melt(
        ["frame", "time_s", "person"], [*CLASSES, "valence", "arousal"]
    ).sort_values("frame", kind="stable", ignore_index=True)
    assert tuple(long.columns) == LONG_COLUMNS
    pandas.testing.assert_frame_equal(long, expected)


def test_the_long_table_has_the_chosen_variables_alone(tmp_path):
    path = tmp_path / "a.csv"
    settings = TableSettings(CLASSES, columns=("frame", "anger", "arousal"))
    lines = write(open_long_csv(path, settings), path).splitlines()
    assert len(lines) == 1 + 2 * len(ROWS)
    assert lines[1] == "0,0.0000,1,anger,0.0500"
    assert lines[-1] == "2,0.2000,1,arousal,0.5000"


def test_an_interrupted_table_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError):
        with open_wide_csv(tmp_path / "a.csv", TableSettings(CLASSES)):
            raise RuntimeError
    assert not list(tmp_path.iterdir())
