import numpy as np
import pytest
import tensorflow as tf

from emoaff.data.epoch_steps import EpochSteps


def batches(order, size, first=0, drop=True, shard=(0, 1), together=2):
    steps = EpochSteps(100, order, size, first, drop, shard)
    made = steps.make_data_set(
        lambda places: tf.constant(steps.order[places]), together
    )
    found = [batch.numpy().tolist() for batch in steps.finish(made)]
    assert len(found) == steps.count
    return found


def test_batches_follow_the_order():
    order = [7, 3, 5, 1, 9]
    assert batches(order, 2) == [[7, 3], [5, 1]]
    assert batches(order, 2, drop=False) == [[7, 3], [5, 1], [9]]
    assert batches(order, 2, first=1, drop=False) == [[5, 1], [9]]
    assert batches(order, 9) == []


def test_shards_share_each_batch():
    order = list(range(8))
    halves = [batches(order, 4, shard=(i, 2)) for i in range(2)]
    assert halves == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]


@pytest.mark.parametrize("together", [1, 3, 50])
def test_it_does_not_matter_how_many_are_read_together(together):
    order = np.random.default_rng(0).permutation(100)[:37]
    found = batches(order, 5, drop=False, together=together)
    assert sum(found, []) == order.tolist()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 0}, "batch_size=0"),
        ({"first": -1}, "first_step=-1"),
        ({"shard": (2, 2)}, r"shard=\(2, 2\)"),
        ({"size": 3, "shard": (0, 2)}, "equal parts"),
        ({"drop": False, "shard": (0, 2)}, "drop_remainder=False"),
        ({"order": [0, 100]}, "Received: 0 to 100"),
    ],
)
def test_arguments_that_do_not_fit_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        batches(**{"order": [0, 1], "size": 2, **changes})
