"""Writes the beginning of a builder of the user's own."""

import keyword
import os
import pathlib
import re

from emoaff.corpora.catalogue import list_corpora

_FILES = pathlib.Path(__file__).parent / "skeleton_files"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def write_corpus_skeleton(
    name: str, folder: str | os.PathLike = "."
) -> list[pathlib.Path]:
    """Writes a builder to fill in, and a test that says what is missing.

    Args:
        name: Of the corpus: small letters, digits and `_`.
        folder: Where the folder `name` is made.

    Returns:
        The files, the test last.

    Raises:
        ValueError: If the name cannot be a corpus's, is one already, or the
            folder is there.
    """
    if name in list_corpora():
        raise ValueError(
            f"Expected a name of a new corpus. Received: {name}, which emoaff "
            "has. Choose another."
        )
    texts = {
        "__init__.py": "init.txt",
        f"{name}_dataset_builder.py": "builder.txt",
        "README.md": "readme.txt",
        f"test_{name}.py": "test.txt",
    }
    return fill_skeleton(name, pathlib.Path(folder) / name, _FILES, texts)


def fill_skeleton(
    name: str,
    folder: pathlib.Path,
    templates: pathlib.Path,
    texts: dict[str, str],
) -> list[pathlib.Path]:
    """Writes files from templates in which `@NAME@` stands for a name.

    Args:
        name: What stands for it: small letters, digits and `_`.
        folder: Where the files go; made if missing.
        templates: Where the templates are.
        texts: For each file its template.

    Returns:
        The files.

    Raises:
        ValueError: If the name is another, or a file is there already.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(
            "Expected a name in small letters, digits and _, with a letter "
            f"first. Received: {name!r}. Choose another."
        )
    files = [folder / file for file in texts]
    there = [str(file) for file in files if file.exists()]
    if there:
        raise ValueError(
            f"Expected to write new files. {there[0]} is there already. Choose "
            "another name, or another folder by --out."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for file, template in zip(files, texts.values(), strict=True):
        text = (templates / template).read_text("utf-8")
        file.write_text(text.replace("@NAME@", name), "utf-8")
    return files
