import numpy as np
import pytest

from emoaff.metrics import UAR
from tests.oracles import random_classes


def test_a_class_without_a_label_has_no_recall():
    metric = UAR(4)
    metric.update_state([0, 0, 2], np.eye(4)[[0, 3, 2]])
    np.testing.assert_array_equal(metric.per_class(), [0.5, np.nan, 1, np.nan])
    assert metric.result() == 0.75


def test_agrees_with_audmetric_where_every_class_occurs():
    audmetric = pytest.importorskip("audmetric")
    truth, scores = random_classes((400,))
    expected = audmetric.unweighted_average_recall(
        truth, scores.argmax(axis=-1)
    )
    np.testing.assert_allclose(UAR(5)(truth, scores), expected, 1e-12)


def test_always_the_same_answer_is_chance_however_common_it_is():
    truth = np.repeat([0, 1, 2], [1, 3, 96])
    assert abs(UAR(3)(truth, np.eye(3)[np.full(100, 2)]) - 1 / 3) < 1e-15
