import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.docs.worked_changes import PAGES
from tests.docs.worked_changes import ROOT
from tests.docs.worked_changes import apply_page
from tests.docs.worked_changes import copy_project
from tests.docs.worked_changes import new_files

pytestmark = pytest.mark.skipif(
    not shutil.which("git"), reason="needs git, to apply diffs"
)
WORKED = ["backbone.md", "detector.md", "loss.md", "table_format.md"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with the changes of all pages, one after the other."""
    folder = copy_project(tmp_path_factory.mktemp("followed"))
    for page in WORKED:
        apply_page(page, folder)
    return folder


def run(folder, *command):
    # The copy, not the installed package, and in no repository.
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def added(part=""):
    paths = [path for page in WORKED for path, _ in new_files(page)]
    return [path for path in paths if part in path]


def test_what_the_pages_add_passes_the_tests_they_add(copy):
    tests = added("test_")
    assert len(tests) == len(WORKED)
    done = run(
        copy, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests
    )
    assert not done.returncode, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= len(tests)


def test_what_the_pages_add_is_as_ruff_wants_it(copy):
    assert run(copy, "ruff", "check", *added()).stdout.endswith("passed!\n")
    done = run(copy, "ruff", "format", "--check", *added())
    assert not done.returncode, done.stdout


def test_every_page_is_linked_and_every_link_leads_somewhere():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    linked = set(re.findall(r"\(docs/contributing/(\w+\.md)\)", text))
    assert linked == {path.name for path in PAGES.glob("*.md")}


def test_every_file_and_folder_that_the_map_names_is_there():
    pages = [ROOT / "CONTRIBUTING.md", *PAGES.glob("*.md")]
    to_come = {path for page in pages[1:] for path, _ in new_files(page.name)}
    for page in pages:
        text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
        named = re.findall(r"`((?:emoaff|tests|tfds_builders)/[\w/.]+)`", text)
        to_come |= {name for name in named if "my_" in name}
        for name in set(named) - to_come:
            assert (ROOT / name).exists(), f"{page.name} names {name}"
