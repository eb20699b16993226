import numpy as np
import pytest

from emoaff.metrics.class_labels import flatten_labels

NAN = float("nan")
SCORES = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5], [NAN, 0.5]]])


def flat(y_true, y_pred=SCORES, weight=None):
    found = flatten_labels(y_true, y_pred, weight, "float64")
    return [np.asarray(part).tolist() for part in found]


def test_indices_and_rows_say_the_same():
    index, scores, weight = flat([[0, 1], [-1, 1]])
    assert scores[:3] == [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]
    assert index[:2] == [0, 1]
    # The third frame has no label, the fourth a NaN for a score.
    assert weight[:3] == [1, 1, 0] and np.isnan(weight[3])
    rows = [[[0.6, 0.4], [0, 1]], [[0, 0], [0, 1]]]
    other, _, same = flat(rows)
    assert other[:2] == index[:2]
    np.testing.assert_array_equal(same, weight)


def test_an_unlabelled_frame_may_score_nan():
    _, _, weight = flat([[0, 1], [0, -1]])
    assert weight == [1, 1, 1, 0]


def test_an_index_beyond_the_classes_shows():
    _, _, weight = flat([[2, 0]], SCORES[:1])
    assert np.isnan(weight[0]) and weight[1] == 1


def test_a_weight_of_a_sample_is_that_of_its_frames():
    _, _, weight = flat([[0, 1], [0, -1]], weight=[2, 3])
    assert weight == [2, 2, 3, 0]


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"y_true.shape=\(3,\)"):
        flat([0, 1, 0])
