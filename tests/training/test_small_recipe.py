import pytest

from emoaff import recipes

SMALL = recipes.list_small_recipes()


@pytest.mark.parametrize("name", SMALL)
def test_a_small_recipe_is_for_drawn_faces_and_says_what_it_reaches(name):
    full, small = (recipes.find_recipe(name, small=s) for s in (False, True))
    assert small.dataset.startswith("synthetic_affect/")
    (expected,) = small.expected
    assert expected.corpus == small.dataset
    assert (expected.split, expected.seed) == ("validation", 0)
    assert expected.minutes >= 1 and not expected.source
    assert not any(e.corpus == small.dataset for e in full.expected)
    assert small.name_and_flag == f"{name} --small"
    assert "No real face was seen" in small.about["data"]
    assert set(small.about) == set(full.about)
    text = recipes.describe_recipe(name)
    assert f"emoaff train {name} --small " in text
    assert f"{next(iter(expected.scores.values())):.3f}" in text


def test_a_small_recipe_of_features_says_whose():
    small = recipes.load_recipe("rangulov_gru").SMALL
    assert small.features_from == "rangulov_cnn"
    text = small.describe("rangulov_gru")
    first = text.index("emoaff train rangulov_cnn --small")
    assert first < text.index("--set data.features_from=runs/rangulov_cnn")
