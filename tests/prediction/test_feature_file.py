import h5py
import numpy as np
import pandas as pd
import pytest

from emoaff.prediction.feature_file import FeatureFile

VECTORS = np.arange(10.0).reshape(5, 2) / 7


def write(path):
    with FeatureFile(path, {"layer": "features"}) as file:
        for rows in (slice(0, 2), slice(2, 2), slice(2, 5)):
            columns = {
                "file": np.array(["a", "b", None, "ü", "e"], object)[rows],
                "frame": np.arange(5)[rows],
                "time_s": np.array([0, 0.1, np.nan, 0.3, 0.4])[rows],
            }
            file.write(columns, VECTORS[rows])
    return file


def test_parquet_gives_back_what_was_written(tmp_path):
    assert write(tmp_path / "f.parquet").count == 5
    table = pd.read_parquet(tmp_path / "f.parquet")
    np.testing.assert_array_equal(
        np.stack(table["vector"]), np.float32(VECTORS)
    )
    assert table["frame"].tolist() == list(range(5))
    assert table["time_s"].isna().tolist() == [False, False, True, False, False]
    assert table["file"][3] == "ü"
    assert table["file"].isna().tolist() == [False, False, True, False, False]


def test_hdf5_gives_back_what_was_written(tmp_path):
    write(tmp_path / "f.h5")
    with h5py.File(tmp_path / "f.h5") as file:
        np.testing.assert_array_equal(file["vector"], np.float32(VECTORS))
        assert file["frame"][:].tolist() == list(range(5))
        assert np.isnan(file["time_s"][2])
        assert file["file"].asstr()[:].tolist() == ["a", "b", "", "ü", "e"]
        assert file.attrs["layer"] == "features"


@pytest.mark.parametrize("suffix", ["parquet", "h5"])
def test_a_file_appears_when_it_is_whole(tmp_path, suffix):
    path = tmp_path / f"f.{suffix}"
    with pytest.raises(KeyError), FeatureFile(path) as file:
        file.write({"frame": [1]}, VECTORS[:1])
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with FeatureFile(path):
        pass
    assert path.is_file()


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.parquet, \.h5.*f\.npy"):
        FeatureFile(tmp_path / "f.npy")
