import dataclasses

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.clips import clip_batches
from emoaff.data.clips import feature_batches
from emoaff.data.clips import frame_batches
from emoaff.data.recordings import load_recordings
from emoaff.data.windows import Windows
from emoaff.data.windows import sliding
from tests.data import small_corpus as small


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        small.small_video(patch, folder, shards=2)
        return load_recordings("small", "train", folder)


@pytest.fixture(scope="module")
def windows(recordings):
    return sliding(recordings, 6, 4, tail="pad", jump_gaps=True)


@pytest.fixture(scope="module")
def plain(recordings, windows):
    """All windows in order, as stored."""
    return read(clips(recordings, windows, batch_size=1, targets=TARGETS))


TARGETS = ("valence_arousal", "arousal_valence", "expression", "emotions")


def clips(recordings, windows, order=None, **more):
    order = np.arange(len(windows)) if order is None else order
    arguments = {"batch_size": 2, "size": 24, "targets": (), **more}
    return clip_batches(windows, recordings, order, **arguments)


def read(batches):
    """All of `x`, and all of each label."""
    xs, ys = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(xs), {
        name: np.concatenate([y[name] for y in ys]) for name in ys[0]
    }


def picture(recordings, row):
    """A row's picture by Pillow alone; -1 is black."""
    if row < 0:
        return np.zeros((24, 24, 3))
    number, frame = recordings.recording[row], recordings.index[row]
    return small.decoded(small.pixels(number, frame)).astype(np.float64)


def test_pixels_are_those_of_their_rows(recordings, windows, plain):
    x, _ = plain
    assert x.shape == (13, 6, 24, 24, 3)
    assert x.dtype == np.float32
    expected = [[picture(recordings, row) for row in r] for r in windows.rows]
    # libjpeg-turbo in TensorFlow and in Pillow upsample colour differently.
    assert np.abs(x - expected).max() <= 4


def test_windows_may_be_of_any_rows(recordings):
    # Backwards, a row twice, two recordings, two files, nothing at all.
    rows = np.array([[53, 3, 3, 30], [-1, 20, 0, -1], [-1] * 4, [8, 9, 40, 1]])
    x, _ = read(clips(recordings, Windows(rows, np.zeros(4, np.int64))))
    expected = [[picture(recordings, row) for row in r] for r in rows]
    assert np.abs(x - expected).max() <= 4


def test_pictures_are_resized_as_pillow_does(recordings, windows):
    order = [3, 0]
    x, _ = read(clips(recordings, windows, order, size=36, dtype="uint8"))
    assert x.dtype == np.uint8
    shape, filter = (36, 36), Image.Resampling.BILINEAR
    for clip, rows in zip(x, windows.rows[order], strict=True):
        for frame, row in zip(clip, rows, strict=True):
            stored = Image.fromarray(np.uint8(picture(recordings, row)))
            expected = np.asarray(stored.resize(shape, filter), np.float64)
            assert np.abs(frame - expected).max() <= 5


@pytest.mark.parametrize(
    "augment",
    [
        None,
        ClipAugmenter(24, flip=True),
        ClipAugmenter.tzirakis(24),
        ClipAugmenter.tzirakis(21),  # cut out of 24 and not enlarged
        ClipAugmenter.tzirakis(24, per="frame"),
        ClipAugmenter.strong(24),
    ],
    ids=["none", "flip", "enlarged", "cut", "per frame", "strong"],
)
def test_bytes_are_the_same_pictures_rounded(recordings, windows, augment):
    size = augment.size if augment else 24
    more = {"augment": augment, "size": size, "drop_remainder": False}
    floats, _ = read(clips(recordings, windows, **more))
    rounded, _ = read(clips(recordings, windows, dtype="uint8", **more))
    assert rounded.dtype == np.uint8
    np.testing.assert_array_equal(rounded, np.rint(floats))
    if augment is not None and augment.brightness:
        assert np.abs(rounded - floats).max() > 0.4


def test_labels_are_those_of_their_rows(recordings, windows, plain):
    _, y = plain
    rows = windows.rows
    for place in np.ndindex(rows.shape):
        row, known = rows[place], rows[place] >= 0
        one_hot, emotions = np.full(7, np.nan), np.full(3, np.nan)
        pair = np.full(2, np.nan)
        if known:
            pair = [recordings.valence[row], recordings.arousal[row]]
            emotions = recordings.emotions[row]
        if known and recordings.expression[row] >= 0:
            one_hot = np.arange(7) == recordings.expression[row]
        np.testing.assert_array_equal(y["valence_arousal"][place], pair)
        np.testing.assert_array_equal(y["arousal_valence"][place], pair[::-1])
        np.testing.assert_array_equal(y["expression"][place], one_hot)
        np.testing.assert_array_equal(y["emotions"][place], emotions)


def test_shards_together_are_the_whole(recordings, windows, plain):
    arguments = {"batch_size": 4, "targets": ("emotions",)}
    shards = [
        clips(recordings, windows, shard=(i, 2), **arguments) for i in (0, 1)
    ]
    whole = plain[0][:12].reshape(3, 4, *plain[0].shape[1:])
    labels = plain[1]["emotions"][:12].reshape(3, 4, 6, 3)
    for x, y, *parts in zip(whole, labels, *shards, strict=True):
        assert [len(part) for part, _ in parts] == [2, 2]
        np.testing.assert_array_equal(x, np.concatenate([p for p, _ in parts]))
        np.testing.assert_array_equal(
            y, np.concatenate([p["emotions"] for _, p in parts])
        )


AUGMENT = {
    "augment": ClipAugmenter(24, crop=True, ratio=2.0, flip=True),
    "seed": (7, 2),
}


def test_an_epoch_resumes_with_the_same_pixels(recordings, windows):
    order = np.random.default_rng(0).permutation(len(windows))
    whole = clips(recordings, windows, order, **AUGMENT)
    rest = clips(recordings, windows, order, first_step=3, **AUGMENT)
    assert rest.cardinality() == whole.cardinality() - 3
    np.testing.assert_array_equal(read(rest)[0], read(whole.skip(3))[0])
    assert clips(recordings, windows, first_step=99).cardinality() == 0


def test_pixels_depend_on_seed_and_place_not_on_threads(recordings, windows):
    order = [2, 5, 2, 0]
    x, _ = read(clips(recordings, windows, order, parallel=1, **AUGMENT))
    again, _ = read(clips(recordings, windows, order, parallel=4, **AUGMENT))
    np.testing.assert_array_equal(x, again)
    assert np.abs(x[0] - x[2]).mean() > 1  # the same window, drawn twice
    other = {**AUGMENT, "seed": (7, 3)}
    different, _ = read(clips(recordings, windows, order, **other))
    assert np.abs(different - x).mean() > 1


@pytest.mark.parametrize(
    "augment",
    [
        ClipAugmenter(24, crop=True, flip=True),
        ClipAugmenter(24, flip=True, margin=0.2),
    ],
)
def test_clips_are_what_the_augmenter_makes_of_them(
    recordings, windows, plain, augment
):
    x, _ = read(
        clips(recordings, windows, augment=augment, seed=(3, 2**31 + 4))
    )
    full = (windows.rows[: len(x)] >= 0).all(axis=1)
    seeds = np.stack([np.full(12, 3 * 2**31 + 4), np.arange(12)], axis=1)
    expected = augment(plain[0][:12][full], seeds[full])
    np.testing.assert_allclose(x[full], expected, atol=1e-3)


def test_gaps_stay_black_and_unlabelled_when_augmented(recordings, windows):
    x, y = read(
        clips(
            recordings,
            windows,
            targets=("valence_arousal",),
            augment=ClipAugmenter.tzirakis(24),
        )
    )
    gaps = windows.rows[: len(x)] < 0
    assert gaps.any()
    assert (x[gaps] == 0).all()
    assert np.isnan(y["valence_arousal"][gaps]).all()
    assert (x[~gaps].mean(axis=(1, 2, 3)) > 20).all()


def test_the_last_batch_is_dropped_or_smaller(recordings, windows):
    assert len(windows) == 13
    full = clips(recordings, windows, batch_size=4)
    assert full.element_spec[0].shape == (4, 6, 24, 24, 3)
    assert full.cardinality() == 3
    every = clips(recordings, windows, batch_size=4, drop_remainder=False)
    assert every.element_spec[0].shape == (None, 6, 24, 24, 3)
    assert every.cardinality() == 4
    assert [len(x) for x, _ in every] == [4, 4, 4, 1]


def test_single_frames_lose_their_axis(recordings):
    arguments = {"windows": sliding(recordings, 1), "targets": ("expression",)}
    kept = clips(recordings, **arguments)
    assert kept.element_spec[0].shape == (2, 1, 24, 24, 3)
    lost = clips(recordings, order=[4, 0], squeeze=True, **arguments)
    x, y = read(lost)
    assert x.shape == (2, 24, 24, 3)
    assert y["expression"].shape == (2, 7)
    assert lost.element_spec[0].shape == (2, 24, 24, 3)


def test_pictures_of_unlike_sizes_come_to_one(monkeypatch, tmp_path):
    examples = [*small.segments(0, range(3)), *small.segments(1, [0], side=40)]
    small.small_video(
        monkeypatch, tmp_path, {"train": examples}, shape=(None, None, 3)
    )
    recordings = load_recordings("small", "train", tmp_path)
    assert recordings.picture_shape == (None, None, 3)
    x, _ = read(clips(recordings, sliding(recordings, 1), size=20))
    assert x.shape == (4, 1, 20, 20, 3)
    for row, number, frame, side in ((1, 0, 1, 24), (3, 1, 0, 40)):
        stored = small.decoded(small.pixels(number, frame, side))
        expected = Image.fromarray(stored).resize(
            (20, 20), Image.Resampling.BILINEAR
        )
        inner = slice(1, -1)  # Pillow smooths while shrinking, at the edges
        error = np.abs(x[row, 0] - np.asarray(expected, np.float64))
        assert error[inner, inner].max() <= 5


def test_grey_stills_become_rgb(monkeypatch, tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 1), np.uint8)
    small.small_corpus(
        monkeypatch,
        tmp_path,
        {"train": [{"image": g, "expression": 1} for g in grey]},
        {
            "image": tfds.features.Image(
                shape=(8, 8, 1), encoding_format="png"
            ),
            "expression": np.int64,
        },
    )
    recordings = load_recordings("small", "train", tmp_path)
    order = [3, 1, 0, 3]
    x, y = read(
        clips(
            recordings,
            sliding(recordings, 1),
            order,
            size=8,
            squeeze=True,
            targets=("expression",),
        )
    )
    np.testing.assert_array_equal(x, np.repeat(grey[order], 3, axis=-1))
    assert (y["expression"].argmax(-1) == 1).all()


@pytest.mark.parametrize("first", [0, 11])
def test_every_frame_comes_once_in_order(recordings, first):
    batches = list(frame_batches(recordings, 24, 7, first))
    assert [len(batch) for batch in batches[:-1]] == [7] * ((53 - first) // 7)
    x = np.concatenate(batches)
    expected = [picture(recordings, row) for row in range(first, 54)]
    assert x.shape == (54 - first, 24, 24, 3)
    assert np.abs(x - expected).max() <= 4


def test_a_row_that_is_none_is_named(recordings):
    with pytest.raises(ValueError, match="0 to 53. Received: first=54"):
        frame_batches(recordings, 24, 7, 54)


def test_frames_of_a_subset_are_read_alone(recordings):
    some = recordings.subset([0, 2])
    (x,) = frame_batches(some, 24, 100)
    rows = np.flatnonzero(recordings.recording != 1)
    expected = [picture(recordings, row) for row in rows]
    assert np.abs(x - expected).max() <= 4


def test_features_come_in_place_of_pictures(recordings, windows):
    features = np.random.default_rng(0).normal(size=(54, 5))
    arguments = {
        "batch_size": 4,
        "targets": ("expression",),
        "first_step": 1,
        "shard": (1, 2),
    }
    order = np.random.default_rng(1).permutation(len(windows))
    got = feature_batches(windows, recordings, features, order, **arguments)
    x, y = read(got)
    _, expected = read(
        clip_batches(windows, recordings, order, size=24, **arguments)
    )
    np.testing.assert_array_equal(y["expression"], expected["expression"])
    rows = windows.rows[order[[6, 7, 10, 11]]]
    values = np.where(rows[..., None] >= 0, np.float32(features)[rows], 0)
    np.testing.assert_array_equal(x, values)
    assert got.element_spec[0].shape == (2, 6, 5)


def test_arguments_that_do_not_fit_are_named(recordings, windows):
    for arguments, sentence in (
        ({"order": [13]}, "0 to 12. Received: 13 to 13"),
        ({"batch_size": 3, "shard": (0, 2)}, "equal parts"),
        ({"shard": (0, 2), "drop_remainder": False}, "must be full"),
        ({"shard": (2, 2)}, r"shard=\(2, 2\)"),
        ({"first_step": -1}, "first_step=-1"),
        ({"augment": ClipAugmenter(30)}, "augment.size=30, size=24"),
    ):
        with pytest.raises(ValueError, match=sentence):
            clips(recordings, windows, **arguments)
    with pytest.raises(ValueError, match=r"54 frames.*shape=\(53, 2\)"):
        feature_batches(
            windows,
            recordings,
            np.zeros((53, 2)),
            [0],
            batch_size=1,
            targets=(),
        )


def test_files_need_not_lie_where_they_were(
    recordings, windows, plain, tmp_path
):
    moved = []
    for path in recordings.files:
        moved.append(str(tmp_path / path.rpartition("/")[2]))
        with open(path, "rb") as old, open(moved[-1], "wb") as new:
            new.write(old.read())
    copy = dataclasses.replace(recordings, files=tuple(moved))
    order = [12, 3, 0, 12]
    x, _ = read(clips(copy, windows, order))
    np.testing.assert_array_equal(x, plain[0][order])
