"""The site builds strictly: a warning, a lost page or a dead link ends it."""

import functools
import html
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading

import pytest

from tests.docs.page_blocks import ROOT

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")


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


def test_options_stand_as_help_prints_them(site):
    text = (site / "reference/command_line.html").read_text("utf-8")
    assert "default: compact_ferplus" in text
    assert "<code>--model PRESET|FOLDER</code>" in html.unescape(text)
    assert "%(default)s" not in text and "\\|" not in text


def test_a_class_shows_its_arguments_and_defaults(site):
    losses = (site / "reference/api/emoaff.losses.html").read_text("utf-8")
    plain = re.sub(r"<[^>]+>", "", losses)
    assert 'ConcordanceLoss(\n    over="sequence"' in plain.replace(
        "&quot;", '"'
    )


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def served(site):
    handler = functools.partial(Quiet, directory=site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@needs_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_and_ask_nobody_else(served, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index", "compare", "reference/command_line", "claims"):
        page.goto(f"{served}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith((served, "data:")) for url in asked), asked
    page.close()


@needs_browser
def test_the_comparison_is_seen_whole_or_keeps_its_first_column(
    served, browser
):
    frame = ".md-typeset__scrollwrap >> nth=0"
    wide = browser.new_page(viewport={"width": 1280, "height": 900})
    wide.goto(f"{served}/compare.html")
    hidden = "e => e.scrollWidth - e.clientWidth"
    assert wide.locator(frame).evaluate(hidden) == 0
    narrow = browser.new_page(viewport={"width": 390, "height": 900})
    narrow.goto(f"{served}/compare.html")
    narrow.locator(frame).evaluate("e => e.scrollLeft = 600")
    box = narrow.get_by_text("action units", exact=True).first.bounding_box()
    assert 0 <= box["x"] < 100


@needs_browser
def test_search_finds_where_the_site_is_served(served, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{served}/index.html")
    page.wait_for_function(
        "document.querySelector('.md-search-result__meta').innerText"
        " === 'Type to start searching'"
    )
    page.click(".md-search__input")
    page.keyboard.type("reciprocal_weights")
    found = page.locator(".md-search-result__link").first
    found.wait_for()
    assert "emoaff.losses" in found.get_attribute("href")
    page.close()


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
