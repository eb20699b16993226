import numpy as np
import pytest

from emoaff.metrics import ExpectedCalibrationError
from emoaff.presets import calibration
from tests.oracles import random_classes
from tests.oracles import softmax


def test_golden():
    # Sure by 0.7, 0.9, 0.9 and right in the last two: 2 bins hold
    # |0 - 0.7| of one frame and |2 - 1.8| of two, over three frames.
    scores = np.float64([[0.7, 0.3], [0.9, 0.1], [0.9, 0.1]])
    got = ExpectedCalibrationError()([1, 0, 0], scores)
    np.testing.assert_allclose(got, (0.7 + 0.2) / 3, 1e-12)


@pytest.mark.parametrize("bins", [1, 2, 10, 15])
def test_is_the_number_of_the_evaluation(bins):
    truth, logits = random_classes((500,))
    expected = calibration.calibration_error(truth, softmax(logits), bins)
    for from_logits, scores in ((True, logits), (False, softmax(logits))):
        metric = ExpectedCalibrationError(bins, from_logits)
        for part in np.array_split(np.arange(500), 7):
            metric.update_state(truth[part], scores[part])
        np.testing.assert_allclose(metric.result(), expected, 1e-12)


def test_a_bin_is_closed_above():
    # 0.5 is the edge of the two bins: right, and not in one with 0.6, wrong.
    scores = np.float64([[0.5, 0.5], [0.6, 0.4]])
    truth = np.array([0, 1])
    got = ExpectedCalibrationError(2)(truth, scores)
    np.testing.assert_allclose(got, (0.5 + 0.6) / 2, 1e-15)
    expected = calibration.calibration_error(truth, scores, 2)
    np.testing.assert_allclose(got, expected, 1e-15)
