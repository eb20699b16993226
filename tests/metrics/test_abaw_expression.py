import numpy as np
import pytest

from emoaff.metrics import AbawExpression


@pytest.mark.parametrize(
    ("edition", "classes", "expected"),
    [
        # Classes 0 and 1 are right, 2 is taken for 1: F1 of 1, 2/3 and 0.
        (2, 7, 0.67 * (1 + 2 / 3) / 7 + 0.33 * 2 / 3),
        (3, 8, (1 + 2 / 3) / 8),
    ],
)
def test_the_score_of_each_edition_by_hand(edition, classes, expected):
    metric = AbawExpression(edition)
    metric.update_state([0, 1, 2, -1], np.eye(classes)[[0, 1, 1, 0]])
    assert float(metric.result()) == pytest.approx(expected)
