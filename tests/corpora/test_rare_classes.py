import pytest

from emoaff.corpora.rare_classes import describe_own_words
from emoaff.corpora.rare_classes import describe_rare_classes


def test_a_slip_is_asked_about_and_few_are_told():
    said = describe_rare_classes({"happiness": 60, "happines": 1, "anger": 59})
    assert said == [
        "the class 'happines' has 1 recording: did you mean 'happiness'?",
        "hardly anything is learned from fewer than 10 recordings: "
        "happines has 1",
    ]


def test_a_slip_with_many_recordings_is_asked_about_too():
    (said,) = describe_rare_classes({"suprise": 40, "neutral": 40})
    assert said == (
        "the class 'suprise' has 40 recordings: did you mean 'surprise'?"
    )


@pytest.mark.parametrize(
    "names", [("angry", "surprised", "disgusted"), ("glad", "tired", "bored")]
)
def test_words_of_corpora_and_of_ones_own_are_no_slips(names):
    assert describe_rare_classes(dict.fromkeys(names, 50)) == []


def test_of_two_own_words_the_rarer_is_the_slip():
    (said,) = describe_rare_classes({"concentrated": 90, "concentratd": 12})
    assert (
        "'concentratd' has 12 recordings: did you mean 'concentrated'" in said
    )


def test_one_class_alone_is_no_matter_of_numbers():
    assert describe_rare_classes({"bored": 3}) == []


def test_an_own_word_among_known_ones_is_told_with_those_understood():
    (said,) = describe_own_words({"joy": 50, "sad": 50, "anger": 50})
    assert "not scored on joy;" in said
    assert "happiness = happy" in said
    # A slip is asked about by the other function, and classes that are all
    # one's own are no mistake.
    assert describe_own_words({"happines": 50, "sad": 50}) == []
    assert describe_own_words({"bored": 50, "tired": 50}) == []
