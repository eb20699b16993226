import numpy as np

from emoaff.metrics import Accuracy


def test_frames_without_a_label_are_no_misses():
    metric = Accuracy(num_classes=3)
    metric.update_state([0, 1, 2, -1], np.eye(3)[[0, 1, 1, 0]])
    assert float(metric.result()) == 2 / 3


def test_weights_count_frames_as_often():
    metric = Accuracy(num_classes=2)
    metric.update_state([0, 1], [[9, 0], [9, 0]], sample_weight=[3, 1])
    assert float(metric.result()) == 0.75
