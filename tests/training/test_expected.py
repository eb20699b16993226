import pytest

from emoaff import corpora
from emoaff import recipes
from emoaff.training.expected import Expected
from emoaff.training.expected import describe_expected
from emoaff.training.expected import split_measure

EVERY = [
    (name, expected)
    for name in recipes.list_recipes()
    for expected in getattr(recipes.load_recipe(name), "EXPECTED", ())
]


def test_a_measure_may_be_of_a_dimension():
    assert split_measure("ccc valence") == ("ccc", "valence")
    assert split_measure("uar") == ("uar", "")


@pytest.mark.parametrize("scores", [{"ccp": 0.5}, {"uar": float("nan")}])
def test_what_is_no_score_is_refused(scores):
    with pytest.raises(ValueError, match="Expected a number for one of ccc"):
        Expected(scores, "recola", "test")


def test_the_table_has_a_row_for_each_number():
    expected = (
        Expected({"ccc mean": 0.5, "uar": 0.25}, "a", "test", seed=3),
        Expected({"accuracy": 1.0}, "b", "", source="Table 1"),
    )
    assert describe_expected(expected).splitlines()[2:] == [
        "| a | test | CCC mean | 0.500 | 3 | measured |",
        "| a | test | UAR | 0.250 | 3 | measured |",
        "| b |  | accuracy | 1.000 |  | Table 1 |",
    ]
    assert describe_expected(()) == ""


def test_recipes_expect_something_of_corpora_that_there_are():
    assert len(EVERY) > 20
    known = set(corpora.list_corpora())
    for name, expected in EVERY:
        assert expected.corpus.partition("/")[0] in known, name
        # A figure is either somebody's or has the seed it was measured with.
        assert expected.source or expected.seed is not None, name
