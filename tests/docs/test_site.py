"""The site builds strictly: a warning, a lost page or a dead link ends it."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.docs.page_blocks import ROOT

pytestmark = pytest.mark.slow


def build(folder, out):
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "NO_MKDOCS_2_WARNING": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(out)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("material", reason="needs emoaff[docs]")
    out = tmp_path_factory.mktemp("site")
    done = build(ROOT, out)
    assert not done.returncode, done.stderr
    return out


def test_every_command_and_public_name_is_on_it(site):
    commands = (site / "reference/command_line.html").read_text("utf-8")
    for name in ("predict", "live", "report", "train", "evaluate", "export"):
        assert f"emoaff {name}" in commands
    assert "--skip-done" in commands
    losses = (site / "reference/api/emoaff.losses.html").read_text("utf-8")
    assert 'id="emoaff.losses.ConcordanceLoss"' in losses
    # The example is a block of code, not a line of text.
    assert "gp" in losses and "&gt;&gt;&gt; " in losses


def test_no_page_asks_anything_of_a_network(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for asked in ('<script src="http', 'rel="stylesheet" href="http'):
            assert asked not in text, f"{page}: {asked}"


def test_a_dead_link_ends_the_build(tmp_path):
    pytest.importorskip("material", reason="needs emoaff[docs]")
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns(".git", "tests", "__pycache__", "*.gif")
    shutil.copytree(ROOT, copy, ignore=ignored, symlinks=True)
    page = copy / "docs" / "learn" / "live.md"
    page.write_text(page.read_text("utf-8") + "\n[gone](gone.md)\n", "utf-8")
    done = build(copy, tmp_path / "site")
    assert done.returncode and "gone.md" in done.stderr
