import inspect

from emoaff.training.recipe_lookup import load_recipe
from emoaff.training.recipe_sources import find_source
from emoaff.training.recipe_sources import list_recipes
from emoaff.training.recipe_sources import read_title


def test_what_is_read_is_what_the_module_says():
    assert len(list_recipes()) > 10
    for name in list_recipes():
        module = load_recipe(name)
        assert str(find_source(name)) == module.__file__
        assert read_title(name) == inspect.getdoc(module).splitlines()[0]


def test_a_recipe_of_ones_own_is_the_copy_in_its_run(tmp_path):
    assert find_source("mine.py", tmp_path) == tmp_path / "mine.py"
