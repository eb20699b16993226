"""What pages say can be typed: commands parse, names exist, links lead.

`test_pages_as_typed.py` runs all of it.
"""

import ast
import contextlib
import io
import re

import pytest

import emoaff
from emoaff_cli.command import make_parser
from tests.docs.page_blocks import README
from tests.docs.page_blocks import ROOT
from tests.docs.page_blocks import list_pages
from tests.docs.page_blocks import list_tried_pages
from tests.docs.page_blocks import read_blocks
from tests.docs.page_blocks import read_commands

_LINK = re.compile(r"!?\[[^\]]*\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.M)


def test_every_command_on_a_page_is_one_that_the_command_line_takes():
    parser, wrong, count = make_parser(), [], 0
    for page in list_pages():
        for words in read_commands(page):
            count += 1
            said = io.StringIO()
            try:
                with contextlib.redirect_stderr(said):
                    parser.parse_args(words)
            except SystemExit:
                name = page.relative_to(ROOT)
                wrong.append(f"{name}: {words}: {said.getvalue()[-200:]}")
    assert not wrong
    assert count > 100


def test_a_wrong_option_on_a_page_would_be_noticed():
    with pytest.raises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
        make_parser().parse_args(["predict", "holiday.mp4", "--no-such"])


@pytest.mark.parametrize(
    "page", list_tried_pages(), ids=lambda p: str(p.relative_to(ROOT))
)
def test_python_on_a_page_names_what_there_is(page):
    for block in read_blocks(page):
        if block.kind == "python":
            for node in ast.walk(ast.parse(block.text)):
                find_named(node)


def find_named(node):
    """Fails if a node names something of emoaff that is not there."""
    if isinstance(node, ast.ImportFrom) and node.module.startswith("emoaff"):
        for each in node.names:
            module = __import__(node.module, fromlist=[each.name])
            assert hasattr(module, each.name), ast.unparse(node)
    elif isinstance(node, ast.Attribute):
        first, *rest = ast.unparse(node).split(".")
        value = emoaff
        for name in rest if first == "emoaff" else ():
            if not name.isidentifier():
                break
            assert hasattr(value, name), ast.unparse(node)
            value = getattr(value, name)


def make_anchors(page):
    """The anchors of a page's headings, as Python-Markdown and GitHub do."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S
    )
    for heading in _HEADING.findall(text):
        plain = re.sub(r"[^\w\s-]", "", heading).strip().lower()
        yield re.sub(r"\s+", "-", plain)


def test_every_link_leads_to_a_file_and_to_a_heading_of_it():
    wrong = []
    for page in list_pages():
        for place, anchor in _LINK.findall(page.read_text("utf-8")):
            target = (page.parent / place).resolve() if place else page
            if not target.exists():
                wrong.append(f"{page.relative_to(ROOT)}: {place}")
            elif anchor and anchor not in make_anchors(target):
                wrong.append(f"{page.relative_to(ROOT)}: {place}#{anchor}")
    assert not wrong


def test_readme_is_short_and_has_both_commands_that_set_up():
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert (
        "    python3 -m venv .venv && .venv/bin/python -m pip install . && "
        ".venv/bin/emoaff predict examples/media/astronaut.mp4 --annotate\n"
    ) in text
    # .ci/run takes the first line that ends so.
    (tests,) = re.findall(r"^ *(.* -m pytest)$", text, re.M)
    assert tests == (
        "python3 -m venv .venv && .venv/bin/python -m pip install -e "
        '".[test]" && .venv/bin/python -m pytest'
    )


def test_every_page_of_docs_is_linked_from_another_page():
    linked = set()
    for page in list_pages():
        for place, _ in _LINK.findall(page.read_text("utf-8")):
            linked.add((page.parent / place).resolve())
    pages = set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs" / "README.md"}
    assert not pages - linked


def test_few_blocks_need_what_is_not_here():
    blocks = [b for page in list_tried_pages() for b in read_blocks(page)]
    tried = [b for b in blocks if b.kind in ("sh", "python")]
    assert len(tried) > 50
    assert sum(b.needs for b in tried) < 0.15 * len(tried)
