import types

import numpy as np
import pytest

from emoaff.metrics.whole_signals import compute_ccc
from emoaff.recipes.cnn_lstm_affect import Config
from emoaff.recipes.cnn_lstm_affect import optimizer_of
from emoaff.training.cross_validate_heads import cross_validate_heads
from emoaff.training.view_clips import ViewClips


def clips(count=10, views=2, seed=0):
    """Features of which the first tells the label; clip i has 1 + i % 4."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(rng.normal(0, 0.3, (count, 1, 2)), 4, axis=1)
    features = rng.normal(0, 0.1, (views, count, 4, 6))
    features[..., :2] += labels
    for i in range(count):
        labels[i, 1 + i % 4 :] = features[:, i, 1 + i % 4 :] = np.nan
    return features.astype("float32"), labels.astype("float32")


def batches(data, epoch, **more):
    given = {"first_step": 0, "shard": (0, 1), **more}
    made = data.batches(epoch, **given).as_numpy_iterator()
    return [(x.copy(), y.copy()) for x, y in made]


def test_an_epoch_has_every_clip_in_one_of_its_views():
    features, labels = clips()
    config = types.SimpleNamespace(batch_size=4, seed=3)
    data = ViewClips(features, labels, config)
    (first, second, third), views = batches(data, 0), set()
    assert data.steps == 3
    found = set()
    for x, y in (first, second, third):
        assert x.shape == (4, 4, 6) and np.isfinite(x).all()
        for one, label in zip(x, y, strict=True):
            (clip,) = np.flatnonzero(labels[:, 0, 0] == label[0, 0])
            same = [np.allclose(one, v[clip]) for v in data.scaled(features)]
            assert sum(same) == 1
            found.add(int(clip))
            views.add(same.index(True))
    assert found == set(range(10)) and views == {0, 1}


def test_batches_go_on_where_they_stopped_and_parts_make_the_whole():
    features, labels = clips()
    config = types.SimpleNamespace(batch_size=4, seed=3)
    data = ViewClips(features, labels, config)
    whole = batches(data, 5)
    later = batches(data, 5, first_step=2)
    np.testing.assert_array_equal(later[0][0], whole[2][0])
    parts = [batches(data, 5, shard=(i, 2))[1][0] for i in (0, 1)]
    np.testing.assert_array_equal(parts[0], whole[1][0][0::2])
    np.testing.assert_array_equal(parts[1], whole[1][0][1::2])
    assert not np.array_equal(batches(data, 6)[0][0], whole[0][0])


def test_scaled_features_have_mean_0_and_spread_1_where_there_is_a_frame():
    features, labels = clips(200)
    config = types.SimpleNamespace(batch_size=4, seed=3)
    data = ViewClips(features, labels, config)
    frames = np.isfinite(features[..., 0])
    scaled = data.scaled(features)
    assert (scaled[~frames] == 0).all()
    np.testing.assert_allclose(scaled[frames].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled[frames].std(axis=0), 1, atol=0.02)


@pytest.mark.slow
def test_held_out_clips_are_answered_from_what_the_others_taught():
    features, labels = clips(60)
    config = Config(
        heads=2,
        dense=8,
        units=8,
        batch_size=10,
        epochs=30,
        dropout=0.0,
        learning_rate=1e-2,
    )
    numbers = np.arange(60)
    folds = [
        (numbers[numbers % 3 != part], numbers[numbers % 3 == part])
        for part in range(3)
    ]

    def answer(labels, folds):
        return cross_validate_heads(
            features, labels, config, folds, optimizer_of, lambda line: None
        )

    answers = answer(labels, folds)
    assert answers.shape == (2, 60, 4, 2) and np.isfinite(answers).all()
    known = np.isfinite(labels[..., 0])
    for head in answers:
        assert compute_ccc(labels[known][:, 0], head[known][:, 0]) > 0.7
    # Labels of the held-out clips alone change nothing.
    held_out = folds[0][1]
    swapped = labels.copy()
    swapped[held_out] *= -1
    again = answer(swapped, folds[:1])[:, held_out]
    np.testing.assert_allclose(answers[:, held_out], again, atol=1e-5)
