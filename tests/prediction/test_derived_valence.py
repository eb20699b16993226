import numpy as np
import pytest

from emoaff import labels
from emoaff.prediction.derived_valence import derived_valence


def test_valence_is_the_expected_pleasure_by_hand_arithmetic():
    # neutral happiness surprise sadness anger disgust fear contempt
    rows = np.array(
        [
            [0.1, 0.6, 0.3, 0, 0, 0, 0, 0],
            [0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0],
            [0.2, 0.3, 0, 0, 0, 0, 0, 0.5],
        ]
    )
    expected = [
        0.6 * 0.76 + 0.3 * 0.40,
        -(0.63 + 0.51 + 0.60 + 0.64) / 4,
        # Contempt has no norm; the rest is doubled.
        0.6 * 0.76,
    ]
    np.testing.assert_allclose(derived_valence(rows, "ferplus"), expected)


def test_certain_classes_have_their_word_s_pleasure_in_any_order():
    got = derived_valence(np.eye(7), "fer2013")
    # angry disgust fear happy sad surprise neutral
    expected = [-0.51, -0.60, -0.64, 0.76, -0.63, 0.40, 0.0]
    np.testing.assert_allclose(got, expected)


def test_missing_and_nothing_but_contempt_have_no_valence():
    rows = np.zeros((2, 8))
    rows[0], rows[1, 7] = np.nan, 1.0
    assert np.isnan(derived_valence(rows, "ferplus")).all()


def test_classes_without_a_norm_are_refused():
    space = labels.LabelSpace("mine", ("bored", "keen"))
    with pytest.raises(ValueError, match="Received: bored, keen"):
        derived_valence(np.ones((1, 2)) / 2, space)
