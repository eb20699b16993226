"""Files in the layout of each tool, written here."""

import numpy as np
import pandas as pd
import pytest

from emoaff.data.side_features import SideFeatures
from emoaff.data.side_features import read_side_features

NAN = np.nan


def test_openface_frames_without_a_face_are_missing(tmp_path):
    file = tmp_path / "clip.csv"
    file.write_text(
        "frame, face_id, timestamp, confidence, success, AU01_r, AU12_r\n"
        "1, 0, 0.000, 0.98, 1, 0.50, 1.25\n"
        "2, 0, 0.040, 0.02, 0, 9.00, 9.00\n"
        "3, 0, 0.080, 0.97, 1, 0.75, 2.50\n"
    )
    found = read_side_features(file)
    assert found.names == ("AU01_r", "AU12_r")
    np.testing.assert_allclose(found.times, [0, 0.04, 0.08])
    np.testing.assert_array_equal(
        found.values, np.float32([[0.5, 1.25], [NAN, NAN], [0.75, 2.5]])
    )


def test_opensmile_descriptors_and_functionals(tmp_path):
    file = tmp_path / "lld.csv"
    file.write_text(
        "name;frameTime;Loudness_sma3;F0\n"
        "'a';0.00;0.1;100\n'a';0.01;0.3;\n'a';0.02;0.5;120\n"
    )
    found = read_side_features(file)
    assert found.names == ("Loudness_sma3", "F0")
    np.testing.assert_allclose(found.times, [0, 0.01, 0.02])
    assert np.isnan(found.values[1, 1])
    file.write_text("name;frameTime;F0_mean\n'a';0.00;110\n")
    whole = read_side_features(file)
    got = whole.align([0.0, 7.0, 99.0])
    np.testing.assert_array_equal(got, [[110.0]] * 3)


def test_times_of_the_python_package_are_read(tmp_path):
    file = tmp_path / "egemaps.csv"
    file.write_text(
        "file,start,end,pitch\n"
        "a.wav,0 days 00:00:00,0 days 00:00:00.5,1.0\n"
        "a.wav,0 days 00:00:00.5,0 days 00:00:01,2.0\n"
    )
    np.testing.assert_allclose(read_side_features(file).times, [0, 0.5])


def test_series_and_vectors(tmp_path):
    np.save(tmp_path / "ecg.npy", np.arange(6.0))
    found = read_side_features(tmp_path / "ecg.npy", rate_hz=2)
    assert found.values.shape == (6, 1)
    assert found.times[-1] == 2.5
    with pytest.raises(ValueError, match="rows a second.*rate_hz=None"):
        read_side_features(tmp_path / "ecg.npy")
    frame = pd.DataFrame({"time_s": [0.0, 0.1], "person": [1, 1]})
    frame["vector"] = [[1.0, 2.0], [3.0, 4.0]]
    frame.to_parquet(tmp_path / "f.parquet")
    found = read_side_features(tmp_path / "f.parquet")
    np.testing.assert_array_equal(found.values, [[1, 2], [3, 4]])


def by_definition(side, times, ends):
    made = []
    for begin, end in zip(times, ends, strict=True):
        rows = [
            v
            for t, v in zip(side.times, side.values[:, 0], strict=True)
            if begin <= t < end and not np.isnan(v)
        ]
        made.append(np.mean(rows) if rows else NAN)
    return made


def test_the_mean_over_a_frame_is_that_of_its_rows():
    rng = np.random.default_rng(0)
    # Irregular rows, with a gap and missing numbers, beside 25 frames a second.
    times = np.sort(rng.uniform(0, 2, 200))
    times = times[(times < 0.8) | (times > 1.0)]
    values = rng.normal(size=(len(times), 1))
    values[rng.random(len(times)) < 0.2] = NAN
    side = SideFeatures(("x",), times, values)
    frames = np.arange(50) / 25
    expected = by_definition(side, frames, np.append(frames[1:], 2.0))
    got = side.align(frames, "mean")[:, 0]
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    assert np.isnan(got[21:24]).all()


def test_the_nearest_row_is_near_or_missing():
    side = SideFeatures(("x",), [0.0, 0.1, 0.2, 1.0], np.arange(4.0)[:, None])
    got = side.align([0.04, 0.06, 0.3, 0.96], "nearest")[:, 0]
    # Half of the frames' own median step, 0.24 s, is as far as it reaches.
    np.testing.assert_array_equal(got, [0, 1, 2, 3])
    got = side.align([0.5, 0.52], "nearest")[:, 0]
    assert np.isnan(got).all()


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="which is no file"):
        read_side_features(tmp_path / "none.csv")
    (tmp_path / "words.csv").write_text("name,word\na,b\nc,d\n")
    with pytest.raises(ValueError, match="columns of numbers.*name, word"):
        read_side_features(tmp_path / "words.csv", 5)
    with pytest.raises(ValueError, match="times that rise"):
        SideFeatures(("x",), [0.0, 0.0], np.zeros((2, 1)))
    with pytest.raises(ValueError, match="rule='last'"):
        SideFeatures(("x",), [0.0], np.zeros((1, 1))).align([0.0], "last")
