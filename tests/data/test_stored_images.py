import dataclasses

import numpy as np
import pytest

from emoaff import corpora
from emoaff.data.recordings import load_recordings
from emoaff.data.stored_images import image_batches
from emoaff.data.stored_images import read_stored_images
from emoaff.data.windows import sliding
from tests.data.small_corpus import decoded
from tests.data.small_corpus import pixels
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus


@pytest.fixture(scope="module")
def stills(tmp_path_factory):
    """A corpus in grey, and its images by their file."""
    root = tmp_path_factory.mktemp("ferplus")
    rows = balanced_rows(20)
    write_ferplus(root / "manual", rows)
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    recordings = load_recordings("ferplus", "train", root / "data")
    return recordings, {
        image.tobytes(): i for i, (*_, image) in enumerate(rows)
    }


def test_grey_images_come_as_they_are_with_one_channel(stills):
    recordings, known = stills
    images = read_stored_images(recordings)
    assert images.shape == (20, 48, 48, 1)
    assert images.dtype == np.uint8
    numbers = [known[image.tobytes()] for image in images]
    assert sorted(numbers) == list(range(20))
    # The classes go round in the order of the files.
    np.testing.assert_array_equal(np.array(numbers) % 8, recordings.expression)
    some = recordings.subset([3, 11])
    np.testing.assert_array_equal(read_stored_images(some), images[[3, 11]])


def test_frames_in_colour_come_in_stored_order(monkeypatch, tmp_path):
    splits = {"train": [e for n in (0, 1) for e in segments(n, range(10))]}
    small_video(monkeypatch, tmp_path, splits)
    recordings = load_recordings("small", "train", tmp_path)
    images = read_stored_images(recordings)
    assert images.shape == (20, 24, 24, 3)
    expected = decoded(pixels(1, 4)).astype(int)
    row = recordings.frames_of(1).start + 4
    assert np.abs(images[row] - expected).max() <= 4  # other JPEG decoders


def test_sizes_that_differ_are_refused(monkeypatch, tmp_path):
    small_video(monkeypatch, tmp_path, {"train": list(segments(0, range(4)))})
    recordings = load_recordings("small", "train", tmp_path)
    recordings = dataclasses.replace(recordings, picture_shape=(None, None, 3))
    with pytest.raises(ValueError, match="of one size.*Received: small"):
        read_stored_images(recordings)


def test_batches_hold_images_and_their_labels_in_the_order_asked_for(stills):
    recordings, _ = stills
    images = read_stored_images(recordings)
    order = np.array([5, 5, 19, 0, 7, 2])

    def batches(**arguments):
        made = image_batches(
            sliding(recordings, 1),
            recordings,
            images,
            order,
            batch_size=2,
            targets=("distribution", "expression"),
            **arguments,
        )
        return list(made.as_numpy_iterator())

    whole = batches()
    assert len(whole) == 3
    for (x, y), rows in zip(whole, order.reshape(3, 2), strict=True):
        np.testing.assert_array_equal(x, images[rows])
        np.testing.assert_array_equal(
            y["distribution"], recordings.distribution[rows]
        )
        np.testing.assert_array_equal(
            y["expression"].argmax(axis=1), recordings.expression[rows]
        )
    (x, _), *rest = batches(first_step=1, shard=(1, 2))
    assert len(rest) == 1
    np.testing.assert_array_equal(x, images[[0]])
