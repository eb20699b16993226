import types

import pytest

from emoaff import recipes
from emoaff.training.clip_config import ClipConfig
from emoaff.training.recipe_file import check_recipe
from emoaff.training.recipe_lookup import describe_settings
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_run import train
from emoaff.training.recipe_skeleton import write_recipe_skeleton

ABOUT = dict.fromkeys(("summary", "data", "licence", "training", "limits"), "x")


@pytest.mark.parametrize("name", recipes.list_recipes())
def test_the_recipes_of_emoaff_pass_the_check_of_a_file(name):
    check_recipe(recipes.load_recipe(name), name)


def recipe(**changed):
    whole = {
        "__doc__": "What it is.",
        "CONFIG": ClipConfig().change(data={"dataset": "recola"}),
        "ABOUT": ABOUT,
        "build": lambda config, data: None,
    }
    return types.SimpleNamespace(**{**whole, **changed})


def test_a_whole_recipe_is_taken():
    check_recipe(recipe(), "mine.py")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"__doc__": None}, "first line of its docstring"),
        ({"CONFIG": ClipConfig()}, "a corpus, as data.dataset"),
        ({"CONFIG": {}}, "CONFIG, a ClipConfig"),
        ({"build": None}, r"build\(config, data\)"),
        ({"build": lambda config: None}, r"build\(config, data\)"),
        ({"ABOUT": {**ABOUT, "data": " "}}, "ABOUT for data"),
        ({"EXPECTED": (0.5,)}, "tuple of Expected"),
        ({"SMALL": {}}, "SMALL as a SmallRecipe"),
    ],
)
def test_what_a_recipe_lacks_is_named(changed, message):
    gap = any(word in message for word in ("ABOUT", "docstring", "corpus"))
    if gap:  # what it can be tried out without
        check_recipe(recipe(**changed), "mine.py", whole=False)
    else:
        with pytest.raises(ValueError, match=f"It needs .*{message}"):
            check_recipe(recipe(**changed), "mine.py", whole=False)
    with pytest.raises(ValueError, match=f"mine.py. It needs .*{message}"):
        check_recipe(recipe(**changed), "mine.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"""Mine."""\nCONFIG = nothing\n', "at line 2 with NameError"),
        ('"""Mine."""\n\nCONFIG = (\n', "at line 3 with SyntaxError"),
        ('"""Mine."""\n', "It needs CONFIG, a ClipConfig"),
    ],
)
def test_a_file_that_cannot_be_run_says_where(tmp_path, text, message):
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        find_recipe(str(tmp_path / "mine.py"))
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_says_how_to_write_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="emoaff new recipe mine$"):
        find_recipe(str(tmp_path / "mine.py"))


def test_a_file_is_called_what_it_is_called(tmp_path):
    # Not the old name of a small recipe, and not shown by a shell as two words.
    file = tmp_path / "synthetic_rangulov cnn.py"
    file.write_text(
        '"""Mine."""\n'
        "from emoaff.recipes.rangulov_cnn import ABOUT, CONFIG, build\n"
    )
    found = find_recipe(str(file))
    assert (found.name, found.small) == (file.name, False)
    assert found.title == "synthetic_rangulov cnn"
    assert found.name_and_flag == f"'{file.name}'"
    assert not recipes.find_recipe("rangulov_cnn").file


def test_a_skeleton_can_be_tried_out_and_is_not_whole(tmp_path):
    file, _ = write_recipe_skeleton("mine", tmp_path)
    with pytest.raises(ValueError, match="ABOUT for summary, data"):
        find_recipe(str(file))
    small = find_recipe(str(file), small=True, whole=False)
    # Of drawn faces the rest is known.
    assert small.unwritten == ["summary", "training"]
    assert small.configure({}).data.dataset == "synthetic_affect/webcam"
    full = find_recipe(str(file), whole=False)
    assert full.unwritten == [*ABOUT]
    with pytest.raises(ValueError, match="--set data.dataset=NAME"):
        full.configure({})
    assert full.configure({"dataset": "recola"}).data.dataset == "recola"


def test_training_says_which_texts_are_not_written_and_leaves_nothing(
    tmp_path,
):
    file, _ = write_recipe_skeleton("mine", tmp_path)
    lines, out = [], tmp_path / "run"
    with pytest.raises(ValueError, match="by --small"):
        train(str(file), tmp_path, out, report=lines.append)
    (line,) = lines
    assert line.startswith("note: ABOUT of mine.py has no text yet for summary")
    assert not out.exists()


def test_settings_of_a_skeleton_are_listed(tmp_path):
    file, _ = write_recipe_skeleton("mine", tmp_path)
    assert "model.backbone=small_cnn" in describe_settings(str(file))
