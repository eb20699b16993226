"""Reads commands and Python blocks of the pages in docs, README and others."""

import pathlib
import re
import shlex
import typing

ROOT = pathlib.Path(__file__).parents[2]
README = ROOT / "README.md"
_FENCED = re.compile(
    r"^(?P<note><!-- needs .*? -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
_TYPED = re.compile(r"^ {4}(emoaff (?:.*\\\n)*.*)$", re.M)


class Block(typing.NamedTuple):
    """A block of a page.

    Args:
        kind: `sh`, `python` or another word behind the backticks.
        text: What stands in it.
        needs: Whether it says that it needs what is not here.
    """

    kind: str
    text: str
    needs: bool = False


def list_pages():
    """All pages that a reader of the repository or the site may see."""
    folders = ("docs", "examples", "export", "weights", "emoaff")
    found = [p for f in folders for p in (ROOT / f).rglob("*.md")]
    found += ROOT.glob("tfds_builders/*/README.md")
    return sorted([README, ROOT / "CONTRIBUTING.md", *found])


def list_tried_pages():
    """Pages whose fenced blocks are run: README, and docs but worked changes.

    Those are applied and run by tests of their own.
    """
    docs = ROOT / "docs"
    pages = sorted(docs.rglob("*.md"))
    worked = docs / "contributing"
    return [README, *(p for p in pages if worked not in p.parents)]


def read_blocks(page):
    """The fenced blocks of a page, in order; of README what is typed as well.

    README's commands are indented, since they are one long line.
    """
    text = page.read_text("utf-8")
    blocks = [
        (
            found.start(),
            Block(found["kind"], found["text"], bool(found["note"])),
        )
        for found in _FENCED.finditer(text)
    ]
    if page == README:
        blocks += [
            (m.start(), Block("sh", m[1])) for m in _TYPED.finditer(text)
        ]
    return [block for _, block in sorted(blocks)]


def read_commands(page):
    """The arguments of each `emoaff` command that a page shows in a block."""
    text = page.read_text("utf-8")
    typed = [m[1] for m in _TYPED.finditer(text)]
    typed += [b.text for b in read_blocks(page) if b.kind == "sh"]
    return [words for part in typed for words in split_commands(part)]


def split_commands(text):
    """The arguments of each `emoaff` line of a block."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "emoaff":
            yield words[1:]
