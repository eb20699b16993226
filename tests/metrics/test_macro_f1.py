import numpy as np
import pytest
from sklearn import metrics

from emoaff.metrics import AbawExpression
from emoaff.metrics import MacroF1

# Class 3 is only labelled, 4 only predicted, 5 neither.
TRUTH = np.array([0, 0, 0, 1, 1, 2, 3, 3])
ANSWER = np.array([0, 0, 1, 1, 4, 2, 0, 1])


def test_a_class_that_is_neither_labelled_nor_predicted():
    scores = np.eye(6)[ANSWER]
    # 2*2/(3+3), 2*1/(2+3), 1, 0, 0 and, with "all", one more 0
    total = 2 / 3 + 2 / 5 + 1
    for classes, count, labels in (
        ("all", 6, range(6)),
        ("present", 5, None),
    ):
        got = MacroF1(6, classes)(TRUTH, scores)
        np.testing.assert_allclose(got, total / count, 1e-15)
        expected = metrics.f1_score(
            TRUTH, ANSWER, labels=labels, average="macro", zero_division=0
        )
        np.testing.assert_allclose(got, expected, 1e-15)


@pytest.mark.parametrize(
    ("edition", "classes", "expected"),
    [
        (1, 7, 0.67 * (2 / 3 + 2 / 5 + 1) / 7 + 0.33 * 4 / 8),
        (2, 7, 0.67 * (2 / 3 + 2 / 5 + 1) / 7 + 0.33 * 4 / 8),
        (3, 8, (2 / 3 + 2 / 5 + 1) / 8),
        (10, 8, (2 / 3 + 2 / 5 + 1) / 8),
    ],
)
def test_the_score_of_each_abaw_edition(edition, classes, expected):
    got = AbawExpression(edition)(TRUTH, np.eye(classes)[ANSWER])
    np.testing.assert_allclose(got, expected, 1e-15)
