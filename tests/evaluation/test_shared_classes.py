import numpy as np
import pytest

from emoaff import labels
from emoaff.evaluation.shared_classes import SharedClasses
from emoaff.labels import LabelSpace

MODEL = LabelSpace("model", ("happy", "contempt", "sad"))
CORPUS = LabelSpace("corpus", ("sadness", "calm", "happiness"))


def test_classes_meet_in_the_corpuss_words_and_order():
    shared = SharedClasses(MODEL, CORPUS)
    assert shared.classes == ("sadness", "happiness")
    assert shared.unknown_to_corpus == ("contempt",)
    assert shared.unknown_to_model == ("calm",)
    assert "contempt left out" in shared.describe()
    assert "calm not scored" in shared.describe()
    assert "happiness = happy" in shared.describe()


def test_labels_of_unknown_classes_are_no_labels():
    got = SharedClasses(MODEL, CORPUS).labels(np.array([0, 1, 2, -1, 2]))
    np.testing.assert_array_equal(got, [0, -1, 1, -1, 1])


def test_what_is_left_of_probabilities_sums_to_one():
    rows = np.array([[0.3, 0.4, 0.3], [0.2, 0.2, 0.6], [0.0, 1.0, 0.0]])
    got = SharedClasses(MODEL, CORPUS).probabilities(rows)
    # (0.3, 0.3) / 0.6, (0.6, 0.2) / 0.8, and nothing is left of the third.
    expected = [[0.5, 0.5], [0.75, 0.25], [np.nan, np.nan]]
    np.testing.assert_allclose(got, expected)


def test_independent_probabilities_stay_what_they_are():
    shared = SharedClasses(MODEL, CORPUS)
    got = shared.each(np.array([[0.9, 0.8, 0.7]]))
    np.testing.assert_allclose(got, [[0.7, 0.9]])
    np.testing.assert_array_equal(
        shared.targets(np.array([[1.0, 0.0, np.nan]])), [[1.0, np.nan]]
    )


def test_equal_spaces_share_all_even_the_remainder():
    space = labels.get("aff_wild2_8")
    # As a preset has it: without the source of the order.
    shared = SharedClasses(LabelSpace(space.name, space.classes), space)
    assert shared.classes == space.classes
    assert shared.describe() == ""
    rows = np.random.default_rng(0).dirichlet(np.ones(8), 5)
    np.testing.assert_array_equal(shared.probabilities(rows), rows)


def test_the_remainder_of_another_space_is_not_shared():
    own = LabelSpace("own", ("neutral", "other"))
    shared = SharedClasses(own, labels.get("aff_wild2_8"))
    assert shared.classes == ("neutral",)


def test_nothing_shared_is_refused():
    words = "bored of the model.*calm.*sadness = sad"
    with pytest.raises(ValueError, match=words):
        SharedClasses(LabelSpace("own", ("bored",)), CORPUS)
