import pytest

from emoaff.corpora.table_text import read_cells


def test_cells_are_read_as_csv():
    lines = ['a;"b;c"', "", "1,5;2"]
    assert list(read_cells(lines, "x", delimiter=";")) == [
        ["a", "b;c"],
        [],
        ["1,5", "2"],
    ]


def test_what_is_no_table_is_named():
    with pytest.raises(ValueError, match="as text in labels.csv. It cannot"):
        list(read_cells(["a" * 131_073], "labels.csv"))
