import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from emoaff.data import record_index
from emoaff.data.clips import frame_batches
from emoaff.data.picture_reading import plan_reading
from emoaff.data.picture_reading import resize
from emoaff.data.record_index import naming_damage
from emoaff.data.recordings import load_recordings
from tests.data import small_corpus as small


@pytest.fixture
def built(monkeypatch, tmp_path):
    files = small.small_video(monkeypatch, tmp_path, shards=2)
    return files, load_recordings("small", "train", tmp_path)


def planned(recordings, rows):
    plan = plan_reading(recordings, np.array(rows))
    return {name: values.to_list() for name, values in plan.items()}


def test_neighbouring_records_of_a_file_are_one_stretch(built):
    _, recordings = built
    # Segments hold rows 0-7, 8-15, 16-23, 24-27 | 28-32 and so on.
    second = int((recordings.record_file == 0).sum())
    border = int(np.flatnonzero(recordings.record == second)[0])
    plan = planned(
        recordings,
        [
            [6, 9, 2, 17],  # records 0 to 2
            [1, -1, 19, -1],  # records 0 and 2
            [-1, -1, -1, -1],
            [border - 1, border, border, -1],  # the end of a file
        ],
    )
    assert plan["count"] == [[3], [1, 1], [], [1, 1]]
    assert plan["file"] == [[0], [0, 0], [], [0, 1]]
    # Pictures as they are read: 8 a record.
    assert plan["pick"][:3] == [[6, 9, 2, 17], [1, 8 + 3], []]
    offsets = recordings.record_offset
    assert plan["offset"][:2] == [[offsets[0]], [offsets[0], offsets[2]]]
    assert plan["offset"][3][1] == 0


@pytest.mark.parametrize(("stored", "size"), [(20, 30), (30, 20), (60, 20)])
def test_resize_is_pillows_or_plain_bilinear(stored, size):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (2, 3, stored, stored, 3), np.uint8)
    got = np.asarray(resize(tf.constant(x), size))
    assert got.shape == (2, 3, size, size, 3)
    assert got.dtype == np.float32
    dynamic = tf.function(
        lambda x: resize(x, size),
        input_signature=[tf.TensorSpec([2, 3, None, None, 3], tf.uint8)],
    )
    np.testing.assert_allclose(dynamic(x), got, atol=1e-3)
    if stored == 30:
        return  # Pillow smooths as soon as it shrinks
    for place in np.ndindex(2, 3):
        expected = Image.fromarray(x[place]).resize(
            (size, size), Image.Resampling.BILINEAR
        )
        assert np.abs(got[place] - np.float32(expected)).max() < 1.01


def test_a_picture_of_the_right_size_is_not_touched():
    x = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    np.testing.assert_array_equal(resize(tf.constant(x), 10), x)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("bits", "recording 'clip 0', from byte .* is no whole record"),
        ("jpeg", "recording 'clip 0', frame 15, is no whole picture"),
    ],
)
def test_damage_met_while_reading_is_named(
    monkeypatch, tmp_path, built, how, sentence
):
    files, recordings = built
    record = 1  # frames 8 and 11 to 17, since 9 and 10 are missing
    if how == "jpeg":
        examples = list(small.segments(0, recordings.index[:28]))
        examples[record]["frames"][5]["image"].truncate(300)
        files = small.small_video(
            monkeypatch, tmp_path / "new", {"train": examples}
        )
        recordings = load_recordings("small", "train", tmp_path / "new")
    else:
        data = bytearray(files[0].read_bytes())
        data[recordings.record_offset[record] + 500] ^= 1
        files[0].write_bytes(data)
    with pytest.raises(ValueError, match=sentence) as caught:
        with naming_damage(recordings):
            for _ in frame_batches(recordings, 24, 4):
                pass
    assert str(files[0]) in str(caught.value)
    assert "emoaff prepare" in str(caught.value)


def test_a_file_gone_while_reading_is_named(built):
    files, recordings = built
    files[1].unlink()
    with pytest.raises(FileNotFoundError, match="is gone") as caught:
        with naming_damage(recordings):
            list(frame_batches(recordings, 24, 4))
    assert str(files[1]) in str(caught.value)


def test_errors_of_a_model_pass_unchanged(monkeypatch, built):
    _, recordings = built
    # Looking for damage in a large corpus takes minutes.
    monkeypatch.setattr(record_index, "_raise_damage", None)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Matrix size"):
        with naming_damage(recordings):
            tf.matmul(tf.ones((2, 3)), tf.ones((2, 3)))
