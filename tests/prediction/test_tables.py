import csv
import json
import math

import numpy as np
import pytest

from emoaff.prediction import tables
from emoaff.prediction.row import Row

CLASSES = ("calm", "joy")
ROWS = [
    Row(
        0,
        0.0,
        1,
        (1.25, -2.0, 30.0, 40.04),
        0.98765,
        np.float32([0.25, 0.75]),
        np.float32([0.6, 0.4]),
    ),
    Row(0, 0.0, 2, (5.0, 6.0, 7.0, 8.0), 0.5, None, None, -0.25, 1.0),
    Row(1, 0.0417),
]


def write(path, rows=ROWS):
    with tables.table(path, CLASSES) as write_row:
        for row in rows:
            write_row(row)


def test_table_golden(tmp_path):
    write(tmp_path / "clip.csv")
    with (tmp_path / "clip.csv").open(newline="") as file:
        header, first, second, third = csv.reader(file)
    assert header == (
        "frame time_s person box_x box_y box_w box_h face_score calm joy "
        "expression confidence valence arousal expression_smoothed "
        "confidence_smoothed doubt valence_source arousal_source"
    ).split(" ")
    assert first == (
        "0 0.0000 1 1.2 -2.0 30.0 40.0 0.988 0.2500 0.7500 joy 0.7500"
    ).split(" ") + ["", "", "calm", "0.6000", "", "", ""]
    assert second[8:] == ["", "", "", "", "-0.2500", "1.0000", *[""] * 5]
    assert third == ["1", "0.0417"] + [""] * 17


def test_a_doubtful_row_names_no_expression_and_keeps_what_the_model_said(
    tmp_path,
):
    row = ROWS[0].changed(
        doubt="small; unsure", valence_source="model", arousal_source="derived"
    )
    write(tmp_path / "clip.csv", [row])
    with (tmp_path / "clip.csv").open(newline="") as file:
        (cells,) = csv.DictReader(file)
    assert cells["expression"] == cells["confidence"] == ""
    assert cells["joy"] == "0.7500"
    assert cells["doubt"] == "small; unsure"
    _, (read,) = tables.read_table(tmp_path / "clip.csv")
    np.testing.assert_allclose(read.probabilities, [0.25, 0.75])
    assert read.doubt == "small; unsure"
    assert (read.valence_source, read.arousal_source) == ("model", "derived")
    values = tables.values(row, CLASSES)
    assert values[-9] is None
    assert values[-3:] == ["small; unsure", "model", "derived"]


def test_a_table_from_before_arousal_had_a_source_is_still_read(tmp_path):
    write(tmp_path / "clip.csv")
    with (tmp_path / "clip.csv").open(newline="") as file:
        lines = [line[:-1] for line in csv.reader(file)]
    with (tmp_path / "old.csv").open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    classes, rows = tables.read_table(tmp_path / "old.csv")
    assert classes == CLASSES
    assert [row.arousal_source for row in rows] == ["", "", ""]


def test_rows_read_back_as_they_were_written(tmp_path):
    write(tmp_path / "clip.csv")
    classes, rows = tables.read_table(tmp_path / "clip.csv")
    first, second, third = rows
    assert classes == CLASSES
    np.testing.assert_allclose(first.probabilities, [0.25, 0.75])
    np.testing.assert_array_equal(first.smoothed, np.float32([0.6, np.nan]))
    assert math.isnan(first.valence)
    assert second.person == 2 and second.probabilities is None
    assert (second.valence, second.arousal) == (-0.25, 1.0)
    assert third.person is None and third.box is None


def test_an_interrupted_run_leaves_the_old_table(tmp_path):
    path = tmp_path / "clip.csv"
    path.write_text("precious")
    with pytest.raises(KeyboardInterrupt), tables.table(path, CLASSES):
        raise KeyboardInterrupt
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_header_has_null_where_a_number_is_missing(tmp_path):
    header = {"a": float("nan"), "b": [1, float("inf")], "c": (0.5,)}
    tables.write_header(tmp_path / "h.json", header)
    got = json.loads((tmp_path / "h.json").read_text())
    assert got == {"a": None, "b": [1, None], "c": [0.5]}


def test_a_foreign_table_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="`emoaff predict` wrote"):
        tables.read_table(tmp_path / "x.csv")


def test_values_are_unrounded_and_missing_ones_nan():
    values = dict(
        zip(
            tables.columns(CLASSES),
            tables.values(ROWS[2], CLASSES),
            strict=True,
        )
    )
    assert values["person"] is None and values["expression"] is None
    assert math.isnan(values["joy"]) and math.isnan(values["box_x"])
    first = tables.values(ROWS[0], CLASSES)
    assert first[7] == 0.98765


def test_a_table_without_classes_is_read_too(tmp_path):
    row = Row(3, 0.12, 1, (1.0, 2.0, 3.0, 4.0), 0.9, None, None, 0.5, -0.25)
    with tables.table(tmp_path / "a.csv", ()) as write_row:
        write_row(row)
    classes, rows = tables.read_table(tmp_path / "a.csv")
    (again,) = rows
    assert classes == () and again.probabilities is None
    assert (again.valence, again.arousal) == (0.5, -0.25)


@pytest.mark.parametrize(
    ("probability", "most", "cells"),
    [
        (0.99998, 1.0, ("0.99998", "0.99998")),
        (0.9999999, 1.0, ("0.9999999", "0.9999999")),
        (0.99998, 0.9997, ("0.99998", "0.9997")),
        (1.0, 0.9997, ("1.0000", "0.9997")),
        (0.87654, 0.9997, ("0.8765", "0.8765")),
        (1.0, 1.0, ("1.0000", "1.0000")),
    ],
)
def test_a_confidence_is_not_rounded_to_certainty(
    probability, most, cells, tmp_path
):
    # float64, since the nearest float32 of 0.9999999 prints another digit.
    values = np.float64([1 - probability, probability])
    row = Row(0, 0.0, 1, (0.0, 0.0, 9.0, 9.0), 0.9, values, values)
    with tables.table(tmp_path / "a.csv", CLASSES, most) as write_row:
        write_row(row)
    with (tmp_path / "a.csv").open(newline="") as file:
        (got,) = csv.DictReader(file)
    assert (got["joy"], got["confidence"]) == cells
    assert got["confidence_smoothed"] == cells[1]
    values = dict(
        zip(
            tables.columns(CLASSES),
            tables.values(row, CLASSES, most),
            strict=True,
        )
    )
    assert values["confidence"] == min(probability, most)


def test_a_header_holds_any_name(tmp_path):
    tables.write_header(tmp_path / "h.json", {"a": "caf\udce9", "b": "日本"})
    got = json.loads((tmp_path / "h.json").read_text("utf-8"))
    assert got == {"a": "caf\udce9", "b": "日本"}


def test_a_table_that_is_written_twice_at_once_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    with tables.table(path, CLASSES) as first:
        with tables.table(path, CLASSES) as second:
            second(ROWS[2])
        for row in ROWS:
            first(row)
    assert len(path.read_text().splitlines()) == 4
    assert list(tmp_path.iterdir()) == [path]


def test_a_face_without_a_score_is_read_as_it_was_written(tmp_path):
    row = ROWS[0].changed(face_score=math.nan)
    write(tmp_path / "crop.csv", [row])
    (read,) = tables.read_table(tmp_path / "crop.csv")[1]
    assert math.isnan(read.face_score) and read.person == 1
