import pytest

from emoaff.training.recipe_skeleton import write_recipe_skeleton


def test_a_skeleton_replaces_no_file(tmp_path):
    first = write_recipe_skeleton("mine", tmp_path)
    assert [path.name for path in first] == ["mine.py", "test_mine.py"]
    with pytest.raises(ValueError, match="mine.py is there already"):
        write_recipe_skeleton("mine", tmp_path)
    for name in ("Mine", "2nd", "a-b", "class", "../mine"):
        with pytest.raises(ValueError, match="Expected a name in small"):
            write_recipe_skeleton(name, tmp_path)
    assert len([*tmp_path.iterdir()]) == 2
