import numpy as np
import pytest

from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from tests.data.small_corpus import decoded
from tests.data.small_corpus import pixels
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video

FRAMES = ([f for f in range(30) if f not in (9, 10)], range(5), range(21))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    with pytest.MonkeyPatch.context() as patch:
        small_video(patch, folder, shards=2)
        return load_recordings("small", "train", folder)


def expected(*numbers):
    """The pictures of whole recordings, by another decoder."""
    return np.stack([decoded(pixels(n, f)) for n in numbers for f in FRAMES[n]])


@pytest.mark.parametrize("batch_size", [3, 64])
def test_all_pictures_come_in_order_and_as_stored(recordings, batch_size):
    batches = list(stored_pictures(recordings, 10, batch_size))
    assert {len(batch) for batch in batches[:-1]} <= {batch_size}
    got = np.concatenate(batches)
    assert got.dtype == np.uint8
    # Decoders differ by one step here and there.
    assert np.abs(got - np.float64(expected(0, 1, 2))).max() <= 3


def test_a_subset_gives_its_own_pictures(recordings):
    got = np.concatenate(list(stored_pictures(recordings.subset([0, 2]), 10)))
    assert np.abs(got - np.float64(expected(0, 2))).max() <= 3


def test_pictures_of_different_sizes_get_one(tmp_path, monkeypatch):
    examples = list(segments(0, range(3), side=24))
    examples += segments(1, range(2), side=48)
    small_video(
        monkeypatch, tmp_path, {"train": examples}, shape=(None, None, 3)
    )
    varied = load_recordings("small", "train", tmp_path)
    got = np.concatenate(list(stored_pictures(varied, 24)))
    assert got.shape == (5, 24, 24, 3)
    same = np.stack([decoded(pixels(0, f)) for f in range(3)])
    assert np.abs(got[:3] - np.float64(same)).max() <= 3


def test_a_damaged_picture_is_named(tmp_path, monkeypatch):
    (path,) = small_video(
        monkeypatch, tmp_path, {"train": list(segments(0, range(5)))}
    )
    damaged = load_recordings("small", "train", tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    with pytest.raises(ValueError, match="clip 0"):
        list(stored_pictures(damaged, 24))
