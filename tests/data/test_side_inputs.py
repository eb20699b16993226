"""Features beside the frames of a small corpus, in each tool's layout."""

import re

import numpy as np
import pandas as pd
import pytest

from emoaff.data.joined_recordings import joined
from emoaff.data.recordings import load_recordings
from emoaff.data.side_inputs import SideFiles
from emoaff.data.side_inputs import SideInput
from emoaff.data.side_inputs import parse_side_files
from emoaff.data.side_inputs import read_side_input
from tests.data import small_corpus

NAN = np.nan


@pytest.fixture
def recordings(monkeypatch, tmp_path):
    # "clip 0" has frames 0 to 29 without 9 and 10, "clip 1" five, "clip 2" 21.
    small_corpus.small_video(monkeypatch, tmp_path)
    return load_recordings("small", "train", tmp_path)


def write_lld(path, seconds=2.0, slope=1.0):
    """openSMILE's descriptors: a row each 10 ms, loudness = slope x time."""
    rows = [
        f"'x';{0.01 * k:.2f};{slope * 0.01 * k:.4f};{k}\n"
        for k in range(round(100 * seconds))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("name;frameTime;loudness;F0\n" + "".join(rows))


def test_each_frame_gets_the_rows_of_its_own_time(recordings, tmp_path):
    for number in range(3):
        write_lld(tmp_path / "s" / f"clip {number}.csv", slope=number + 1)
    got = read_side_input("audio", recordings, SideFiles(f"{tmp_path}/s"))
    assert got.names == ("loudness", "F0")
    # Frame k of 25 a second holds rows 4k to 4k + 3: their mean is 4k + 1.5.
    expected = 4 * recordings.index + 1.5
    np.testing.assert_allclose(got.values[:, 1], expected)
    slopes = recordings.recording + 1
    loudness = slopes * expected / 100
    np.testing.assert_allclose(got.values[:, 0], loudness, rtol=1e-5)
    assert not got.without


def test_a_recording_without_a_file_is_missing_and_named(recordings, tmp_path):
    write_lld(tmp_path / "s" / "deep" / "CLIP 2.csv", seconds=0.4)
    got = read_side_input("audio", recordings, SideFiles(f"{tmp_path}/s"))
    assert got.without == ("clip 0", "clip 1")
    known = np.isfinite(got.values).all(axis=1)
    assert known.sum() == 10 and known[33:43].all()
    text = got.describe()
    assert "44 of 54 frames have none and get the mean of training" in text
    assert "2 recordings without a file among them, such as clip 0" in text


def test_statistics_leave_out_what_is_missing():
    values = np.float32([[1, NAN, NAN], [3, 5, NAN], [NAN, 5, NAN]])
    side = SideInput("audio", ("a", "b", "c"), values)
    mean, deviation = side.compute_statistics()
    np.testing.assert_array_equal(mean, [2, 5, NAN])
    np.testing.assert_array_equal(deviation, [1, 0, 0])


def test_one_table_of_functionals_holds_for_whole_recordings(
    recordings, tmp_path
):
    file = tmp_path / "functionals.arff"
    file.write_text(
        "@relation SMILEfeatures\n@attribute name string\n"
        "@attribute F0_mean numeric\n@attribute class numeric\n@data\n"
        "'sound/clip 0.wav',110,?\n'clip 2.wav',220,?\n"
    )
    got = read_side_input("audio", recordings, SideFiles(str(file)))
    assert got.names == ("F0_mean",)
    expected = np.array([110, NAN, 220])[recordings.recording]
    np.testing.assert_array_equal(got.values[:, 0], expected)
    assert got.without == ("clip 1",)


def test_a_table_of_vectors_as_emoaff_writes_it(recordings, tmp_path):
    rows = [
        {"recording": "clip 1", "time_s": k / 25, "vector": [k, -k]}
        for k in range(5)
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "f.parquet")
    files = SideFiles(f"{tmp_path}/f.parquet")
    got = read_side_input("faces", recordings, files, "nearest")
    index = np.arange(5)
    inside = got.values[recordings.recording == 1]
    np.testing.assert_array_equal(inside, np.stack([index, -index], axis=1))


def test_series_have_the_rate_that_is_given(recordings, tmp_path):
    for number in range(3):
        np.save(tmp_path / f"clip {number}.npy", np.arange(8.0))
    got = read_side_input("eda", recordings, SideFiles(str(tmp_path), 4.0))
    # Slower than the frames: the nearest row, up to half its step away.
    expected = np.rint(recordings.time * 4 - 1e-6)
    np.testing.assert_array_equal(got.values[:, 0], expected)


def test_columns_go_by_name_and_are_not_made_up(recordings, tmp_path):
    (tmp_path / "clip 0.csv").write_text("time,EDA,ECG\n0,1,2\n0.04,3,4\n")
    (tmp_path / "clip 1.csv").write_text("time;ECG;EDA\n0;6;5\n0.04;8;7\n")
    got = read_side_input("physio", recordings, SideFiles(str(tmp_path)))
    assert got.names == ("EDA", "ECG")
    np.testing.assert_array_equal(got.values[28:30], [[5, 6], [7, 8]])
    (tmp_path / "clip 2.csv").write_text("time,EDA\n0,1\n0.04,2\n")
    with pytest.raises(ValueError, match=r"clip 2\.csv. It lacks 1.*ECG"):
        read_side_input("physio", recordings, SideFiles(str(tmp_path)))
    one = ("EDA",)
    got = read_side_input("p", recordings, SideFiles(str(tmp_path)), names=one)
    assert got.values.shape == (54, 1)


def test_files_of_the_built_corpus_are_found_in_each_of_several(
    monkeypatch, tmp_path
):
    parts = []
    for name in ("one", "two"):
        data_dir = tmp_path / name
        small_corpus.small_video(monkeypatch, data_dir)
        part = load_recordings("small", "train", data_dir)
        side = data_dir / "small" / "1.0.0" / "side" / "audio"
        write_lld(side / "clip 1.csv", slope=1 + (name == "two"))
        parts.append(part)
    both = joined(parts)
    assert both.names[:2] == ("small/clip 0", "small/clip 1")
    # Of two corpora, as their names would say.
    several = joined(parts).__class__(**{**vars(both), "dataset": "a + b"})
    got = read_side_input("audio", several, SideFiles())
    assert got.values[28, 0] == pytest.approx(0.015)
    assert got.values[54 + 28, 0] == pytest.approx(0.03)
    with pytest.raises(FileNotFoundError, match="Build it anew, or name them"):
        read_side_input("eda", parts[0], SideFiles())


def test_pairs_of_modality_and_place_are_read():
    got = parse_side_files("audio=a/b.arff,eda=x@4,ecg=y@z@250.5")
    assert got["audio"] == SideFiles("a/b.arff")
    assert got["eda"] == SideFiles("x", 4.0)
    assert got["ecg"] == SideFiles("y@z", 250.5)
    assert parse_side_files("") == {}
    assert list(parse_side_files("[audio=a,eda=b]")) == ["audio", "eda"]
    for text in ("audio", "audio=", "a=x,a=y", "Sound=x"):
        with pytest.raises(ValueError, match=re.escape(text)):
            parse_side_files(text)


def test_what_cannot_be_joined_is_refused(recordings, tmp_path):
    with pytest.raises(FileNotFoundError, match="which is neither"):
        read_side_input("a", recordings, SideFiles(f"{tmp_path}/none"))
    (tmp_path / "s").mkdir()
    files = SideFiles(f"{tmp_path}/s")
    with pytest.raises(ValueError, match="Found none of 3"):
        read_side_input("a", recordings, files)
    write_lld(tmp_path / "s" / "one" / "clip 0.csv")
    write_lld(tmp_path / "s" / "two" / "clip 0.csv")
    with pytest.raises(ValueError, match="one/clip 0, two/clip 0"):
        read_side_input("a", recordings, files)
    timeless = recordings.__class__(
        **{**vars(recordings), "time": np.full(54, NAN, np.float32)}
    )
    write_lld(tmp_path / "t" / "clip 0.csv")
    with pytest.raises(ValueError, match="the time of each frame"):
        read_side_input("a", timeless, SideFiles(f"{tmp_path}/t"))
