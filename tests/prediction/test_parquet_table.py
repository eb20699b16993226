import sys

import pandas
import pytest

from emoaff.prediction import parquet_table
from emoaff.prediction import tables
from emoaff.prediction.parquet_table import open_parquet_table
from emoaff.prediction.parquet_table import require_pyarrow
from emoaff.prediction.row import Row
from emoaff.prediction.table_settings import TableSettings
from tests.prediction.results import CLASSES
from tests.prediction.results import row


def write(path, rows, **settings):
    with open_parquet_table(path, TableSettings(CLASSES, **settings)) as add:
        for each in rows:
            add(each)
    return pandas.read_parquet(path)


def test_pandas_reads_the_right_types_and_missing_as_missing(
    tmp_path, monkeypatch
):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(parquet_table, "_ROWS", 2)  # several groups of rows
    rows = [row(0), row(1, person=2), Row(2, 0.2), row(3, named=None)]
    table = write(tmp_path / "a.parquet", rows)
    assert tuple(table.columns) == tables.columns(CLASSES)
    assert table["frame"].dtype == "int64"
    assert table["frame"].tolist() == [0, 1, 2, 3]
    texts = ("expression", "expression_smoothed", "doubt", "valence_source")
    for name in set(table.columns) - {"frame", "arousal_source", *texts}:
        assert table[name].dtype == "float64", name
    assert table["person"].isna().tolist() == [False, False, True, False]
    # Not rounded: float32 as it is in float64.
    assert table["happiness"][0] == float(rows[0].probabilities[1])
    assert table["expression_smoothed"][:2].tolist() == ["happiness"] * 2
    assert pandas.isna(table["expression_smoothed"][3])
    assert table["doubt"].isna().all()


def test_no_rows_are_a_table_with_columns(tmp_path):
    pytest.importorskip("pyarrow")
    columns = ("frame", "anger")
    table = write(tmp_path / "a.parquet", [], columns=columns)
    assert tuple(table.columns) == columns and not len(table)


def test_without_pyarrow_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r'install "emoaff\[parquet\]"'):
        require_pyarrow()
