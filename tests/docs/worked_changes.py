"""Reads the worked changes of the pages in docs/contributing, and applies them.

A block of Python whose first line is a comment with a path is that file, new;
a block of diff changes the file that it names.
"""

import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contributing"
_NEW = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.M | re.S)
_DIFF = re.compile(r"^```diff\n(.*?)^```$", re.M | re.S)
_COPIED = ("emoaff", "emoaff_cli", "tfds_builders", "tests", "examples/media")


def new_files(page):
    """Path and text of each file that a page adds."""
    return _NEW.findall((PAGES / page).read_text("utf-8"))


def diffs(page):
    """The changes of files that a page makes."""
    return _DIFF.findall((PAGES / page).read_text("utf-8"))


def copy_project(folder):
    """Copies what the pages change, and what their tests need."""
    for name in _COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def apply_page(page, folder):
    """Makes a page's changes in a copy of the project."""
    for path, text in new_files(page):
        assert not (folder / path).exists(), f"{page}: {path} is there already"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    for diff in diffs(page):
        done = subprocess.run(
            ["git", "apply", "-C1", "-"],
            input=diff,
            cwd=folder,
            capture_output=True,
            text=True,
        )
        assert not done.returncode, (
            f"{page}: what it changes is no longer there. Change the page "
            f"with the code.\n{done.stderr}"
        )
