import dataclasses

import numpy as np
import pytest
import tensorflow_datasets as tfds

from emoaff import labels
from emoaff.data.recordings import load_recordings
from emoaff.data.recordings import require_labelled
from tests.data import small_corpus as small


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("built")
        small.small_video(patch, folder, shards=2)
        yield folder


@pytest.fixture
def recordings(built):
    return load_recordings("small", "train", built)


def build(monkeypatch, tmp_path, *recordings, **more):
    """Builds a train split of these segments, and loads it."""
    examples = [e for segments in recordings for e in segments]
    files = small.small_video(
        monkeypatch, tmp_path, {"train": examples}, **more
    )
    return files, lambda: load_recordings("small", "train", tmp_path)


def test_frames_stand_in_stored_order_with_their_labels(recordings):
    frames = [(0, f) for f in range(30) if f not in (9, 10)]
    frames += [(1, f) for f in range(5)] + [(2, f) for f in range(21)]
    assert len(recordings) == len(frames) == 54
    for row, (number, frame) in enumerate(frames):
        assert recordings.recording[row] == number
        assert recordings.index[row] == frame
        assert recordings.time[row] == np.float32(frame / 25)
        for name, expected in small.labels(number, frame).items():
            got = getattr(recordings, name)[row]
            np.testing.assert_array_equal(got, np.float32(expected))
    assert recordings.names == ("clip 0", "clip 1", "clip 2")
    assert recordings.subjects == ("person 0", "person 0", "person 1")
    assert recordings.space == labels.get("affectnet_7")
    assert recordings.picture_shape == (24, 24, 3)
    assert recordings.distribution is None


def test_arrays_have_the_promised_types(recordings):
    for name in ("recording", "index", "expression", "record", "position"):
        assert getattr(recordings, name).dtype == np.int64, name
    for name in ("time", "valence", "arousal", "emotions"):
        assert getattr(recordings, name).dtype == np.float32, name


def test_segments_of_eight_say_where_pictures_are(recordings):
    # 28 frames are 8 + 8 + 8 + 4, 5 frames one segment, 21 are 8 + 8 + 5.
    assert list(recordings.record_length) == [8, 8, 8, 4, 5, 8, 8, 5]
    assert list(recordings.record[[0, 7, 8, 27, 28, 33]]) == [0, 0, 1, 3, 4, 5]
    assert list(recordings.position[[0, 7, 8, 27, 28, 33]]) == [
        0,
        7,
        0,
        3,
        0,
        0,
    ]
    assert len(recordings.files) == 2
    assert set(recordings.record_file) == {0, 1}


def test_a_subset_is_numbered_anew_and_keeps_its_pictures(recordings):
    some = recordings.subset([2, 0, 2])
    assert some.names == ("clip 0", "clip 2")
    assert some.subjects == ("person 0", "person 1")
    assert some.frames_of(1) == slice(28, 49)
    rows = np.r_[0:28, 33:54]
    for name in ("index", "valence", "record", "position", "emotions"):
        np.testing.assert_array_equal(
            getattr(some, name), getattr(recordings, name)[rows]
        )
    assert list(np.unique(some.recording)) == [0, 1]
    with pytest.raises(ValueError, match=r"0 to 2.*numbers=\[3\]"):
        recordings.subset([3])


def test_frames_of_is_where_the_recording_is(recordings):
    for number in range(3):
        rows = np.flatnonzero(recordings.recording == number)
        found = recordings.frames_of(number)
        assert (found.start, found.stop) == (rows[0], rows[-1] + 1)


def test_part_of_a_split_counts_segments(built, recordings):
    part = load_recordings("small", "train[3:6]", built)
    assert part.split == "train[3:6]"
    assert part.names == recordings.names
    rows = np.isin(recordings.record, [3, 4, 5])
    np.testing.assert_array_equal(part.index, recordings.index[rows])
    np.testing.assert_array_equal(part.record, recordings.record[rows])
    np.testing.assert_array_equal(part.recording, recordings.recording[rows])


def test_labels_that_a_corpus_lacks_are_missing(monkeypatch, tmp_path):
    left_out = ("valence", "arousal", "expression", "emotions", "time")
    left_out += ("subject", "segment")
    _, load = build(
        monkeypatch, tmp_path, small.segments(0, range(9)), left_out=left_out
    )
    got = load()
    assert np.isnan([got.valence, got.arousal, got.time]).all()
    assert (got.expression == -1).all()
    assert got.emotions is None
    assert got.subjects == ("",)
    for name in ("valence", "expression", "emotions", "distribution"):
        with pytest.raises(
            ValueError,
            match=f"small, split 'train'.*'{name}'.*none of 9 frames",
        ):
            require_labelled(got, name)


def test_one_label_is_enough(recordings):
    require_labelled(recordings, "valence", "expression", "emotions")
    lonely = np.full(len(recordings), -1)
    lonely[-1] = 0
    require_labelled(
        dataclasses.replace(recordings, expression=lonely), "expression"
    )


def test_stills_are_recordings_of_one_frame(monkeypatch, tmp_path):
    votes = np.float32([[9, 1, 0], [2, 2, 0], [0, 0, 1]])
    features = {
        "recording": tfds.features.Text(),
        "image": tfds.features.Image(shape=(8, 8, 1), encoding_format="png"),
        "expression": np.int64,
        "votes": tfds.features.Tensor(shape=(3,), dtype=np.float32),
        "votes_unknown": np.float32,
        "votes_no_face": np.float32,
    }
    examples = [
        {
            "recording": f"face {i}",
            "image": np.full((8, 8, 1), 50 * i, np.uint8),
            "expression": i,
            "votes": votes[i],
            "votes_unknown": 6.0 if i == 1 else 0.0,
            "votes_no_face": 0.0,
        }
        for i in range(3)
    ]
    small.small_corpus(monkeypatch, tmp_path, {"test": examples}, features)
    got = load_recordings("small", "test", tmp_path)
    assert got.names == ("face 0", "face 1", "face 2")
    for name in ("recording", "record", "expression"):
        assert list(getattr(got, name)) == [0, 1, 2]
    for name in ("position", "index", "time"):
        assert list(getattr(got, name)) == [0, 0, 0]
    # Single votes are dropped; "unknown" won the second; none is left of the
    # third.
    nan = [np.nan] * 3
    np.testing.assert_allclose(got.distribution, [[1, 0, 0], nan, nan])
    assert np.isnan(got.valence).all()
    assert got.picture_shape == (8, 8, 1)


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("valence", 1.5, r"valence must lie in \[-1, 1\].*valence=1.5"),
        ("arousal", -2.0, r"arousal must lie in \[-1, 1\].*arousal=-2"),
        ("expression", 7, r"\[-1, 6\], .*'affectnet_7'.*expression=7"),
        ("expression", -2, r"\[-1, 6\], .*'affectnet_7'.*expression=-2"),
        ("index", 3, "must lie in order, each once.*after frame 3"),
    ],
)
def test_a_wrong_label_is_named(monkeypatch, tmp_path, label, value, sentence):
    def changed(frame):
        if frame == 4:
            return value
        return frame if label == "index" else 0

    _, load = build(
        monkeypatch,
        tmp_path,
        small.segments(0, range(3)),
        small.segments(1, range(6), **{label: changed}),
    )
    frame = 3 if label == "index" else 4
    with pytest.raises(
        ValueError,
        match=f"tfrecord.*{sentence}.*recording 'clip 1', frame {frame}",
    ):
        load()


def test_segments_out_of_order_are_named(monkeypatch, tmp_path):
    first, second, third = small.segments(0, range(24))
    for number, order in enumerate(((first, third), (third, first))):
        _, load = build(monkeypatch, tmp_path / str(number), order)
        with pytest.raises(
            ValueError, match="tfrecord.*segment 2 of recording 'clip 0'"
        ):
            load_recordings("small", "train", tmp_path / str(number))


def test_a_recording_in_two_pieces_is_named(monkeypatch, tmp_path):
    examples = [
        small.segments(0, range(5), name="again"),
        small.segments(1, range(5)),
        small.segments(2, range(5), name="again"),
    ]
    _, load = build(monkeypatch, tmp_path, *examples, left_out=("segment",))
    with pytest.raises(ValueError, match="of recording 'again' out of order"):
        load()


@pytest.mark.parametrize("how", ["cut", "bits", "header", "short", "gone"])
def test_a_damaged_file_is_named(monkeypatch, tmp_path, how):
    (file,), load = build(monkeypatch, tmp_path, small.segments(0, range(24)))
    data = bytearray(file.read_bytes())
    offsets = load().record_offset
    error, sentence = ValueError, "record 2, counted from 0, is damaged"
    if how == "cut":
        data = data[:-9]
    elif how == "bits":
        data[offsets[2] + 500] ^= 1
    elif how == "header":
        data = data[: offsets[2] + 10]
    elif how == "short":
        data, sentence = data[: offsets[2]], "must hold 3 records. Received: 2"
    file.write_bytes(data)
    if how == "gone":
        file.unlink()
        error, sentence = FileNotFoundError, "Expected the file"
    with pytest.raises(error, match=f"{sentence}.*emoaff prepare") as caught:
        load()
    assert str(file) in str(caught.value)


def test_what_is_not_there_is_named(built, tmp_path):
    with pytest.raises(ValueError, match="no split 'test'.*one of: train"):
        load_recordings("small", "test", built)
    with pytest.raises(FileNotFoundError, match="emoaff prepare small"):
        load_recordings("small", "train", tmp_path)


def test_a_corpus_without_frame_numbers_is_refused(monkeypatch, tmp_path):
    _, load = build(
        monkeypatch,
        tmp_path,
        small.segments(0, range(3)),
        left_out=("index",),
    )
    with pytest.raises(ValueError, match="features.*'frames/index'"):
        load()
