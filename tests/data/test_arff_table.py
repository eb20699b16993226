import numpy as np
import pytest

from emoaff.data.arff_table import read_arff

# As openSMILE's arff sink writes it, and with what others leave or add.
LLD = """\
@relation SMILEfeatures

@attribute name string
@attribute frameTime numeric
@attribute 'Loudness sma3' numeric
@attribute emotion {angry,'very happy'}

@data


'a b',0.000000,1.5e-01,'very happy'
% a comment
'a b',0.010000,?,angry
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_cells_come_by_the_names_of_the_attributes(tmp_path, newline):
    file = tmp_path / "lld.arff"
    file.write_bytes(LLD.replace("\n", newline).encode())
    table = read_arff(file)
    assert table["name"].tolist() == ["a b", "a b"]
    assert table["frameTime"].tolist() == [0.0, 0.01]
    np.testing.assert_array_equal(table["Loudness sma3"], [0.15, np.nan])
    assert table["emotion"].tolist() == ["very happy", "angry"]


def test_what_is_no_arff_is_refused(tmp_path):
    file = tmp_path / "a.arff"
    file.write_text("@attribute a numeric\n1\n")
    with pytest.raises(ValueError, match="has none"):
        read_arff(file)
    file.write_text("@attribute a numeric\n@data\n1,2\n")
    with pytest.raises(ValueError, match="1 attributes, and rows have 2"):
        read_arff(file)
