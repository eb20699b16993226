"""Writes the beginning of a recipe of the user's own."""

import os
import pathlib

from emoaff.corpora.skeleton import fill_skeleton

_FILES = pathlib.Path(__file__).parent / "skeleton_files"


def write_recipe_skeleton(
    name: str, folder: str | os.PathLike = "."
) -> list[pathlib.Path]:
    """Writes a recipe to fill in, and a test that says what is missing.

    Args:
        name: Of the recipe: small letters, digits and `_`.
        folder: Where the files go.

    Returns:
        The files, the test last.

    Raises:
        ValueError: If the name is none, or a file is there already.
    """
    texts = {f"{name}.py": "recipe.txt", f"test_{name}.py": "test.txt"}
    return fill_skeleton(name, pathlib.Path(folder), _FILES, texts)
