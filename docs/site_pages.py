"""Adds to the site what is written elsewhere: a hook of mkdocs.yml.

Pages are made from the parser of the command line, from `__all__` of every
package, and from Markdown beside the code. A link from a page to a file outside
docs leads to the page made from it, or to a copy of the file under `source/`.
"""

import argparse
import html
import importlib
import os
import pathlib
import pkgutil
import posixpath
import re

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import emoaff
from emoaff import recipes
from emoaff_cli.command import make_parser

ROOT = pathlib.Path(__file__).parents[1]
# Files outside docs that are pages of the site.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing/README.md",
    "SECURITY.md": "contributing/security.md",
    "examples/README.md": "research/examples.md",
    "export/README.md": "reference/exports.md",
}
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
_OPTION_ROW = "| {} | {} |\n"
# A table of so many columns that it needs the width of the page.
_WIDE_TABLE = re.compile(r"^\|(?: *:?-+:? *\|){10,}$", re.MULTILINE)


def on_config(config):
    """Lists the made pages of folders in the navigation, under their names."""
    os.environ["COLUMNS"] = "79"  # argparse's width of usage lines

    def fill(entries):
        for entry in entries:
            for title, below in entry.items() if entry is not str else ():
                if isinstance(below, list):
                    fill([e for e in below if isinstance(e, dict)])
                elif below.endswith("/"):
                    made = [p for p in _made() if p.startswith(below)]
                    made.sort(key=lambda p: p.removesuffix(".md"))
                    entry[title] = [
                        {posixpath.basename(p).removesuffix(".md"): p}
                        for p in made
                    ]

    fill(config.nav)
    return config


def on_files(files, config):
    """Adds the pages that are made, and files that pages link to."""
    # The plugin `offline` would have every page load a script from the net, for
    # the search of pages that are opened as files.
    shims = config.extra.get("polyfills", [])
    config.extra["polyfills"] = [s for s in shims if "://" not in s]
    for path, text in _made().items():
        files.append(File.generated(config, path, content=text))
    for file in [f for f in files if f.is_documentation_page()]:
        origin = _find_origin(file.src_uri)
        for target in _find_links(file.content_string, origin):
            name = _place(target)
            if files.get_file_from_path(name) is None:
                source = _require(target, file.src_uri)
                files.append(
                    File.generated(config, name, content=source.read_bytes())
                )
    return files


def on_page_markdown(markdown, page, config, files):
    """Lets links lead to where their files are, and gives wide tables room."""
    here = page.file.src_uri
    if _WIDE_TABLE.search(markdown):
        page.meta["hide"] = ["navigation", "toc"]
    origin = _find_origin(here)

    def move(link):
        target = posixpath.normpath(
            posixpath.join(posixpath.dirname(origin), link[1])
        )
        place = posixpath.relpath(_place(target), posixpath.dirname(here))
        return place + (link[2] or "")

    return _LINK.sub(move, markdown)


def _find_links(text, origin):
    folder = posixpath.dirname(origin)
    for link in _LINK.finditer(text):
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        if not target.startswith("docs/"):
            yield target


def _find_origin(page):
    """The path in the repository of the text of a page."""
    for origin, made in {**PAGES, **_cards(), **_corpora()}.items():
        if made == page:
            return origin
    return f"docs/{page}"


def _place(target):
    """The path on the site of a path in the repository."""
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    made = {**PAGES, **_cards(), **_corpora()}
    if target in made:
        return made[target]
    if (ROOT / target).is_dir():
        inside = f"{target}/README.md"
        if target == "weights":
            return "reference/presets.md"
        return made.get(inside, f"source/{inside}")
    return f"source/{target}"


def _require(target, page):
    path = ROOT / target
    path = path / "README.md" if path.is_dir() else path
    if not path.is_file():
        raise PluginError(f"{page} links to {target}, which is not there.")
    return path


def _cards():
    found = [
        *ROOT.glob("emoaff/presets/files/*/README.md"),
        *ROOT.glob("weights/*/README.md"),
    ]
    return {
        path.relative_to(ROOT).as_posix(): f"reference/cards/{name}.md"
        for path in found
        for name in [path.parent.name]
    }


def _corpora():
    return {
        path.relative_to(ROOT).as_posix(): f"reference/corpora/{name}.md"
        for path in ROOT.glob("tfds_builders/*/README.md")
        for name in [path.parent.name]
    }


def _made():
    """Path to text of all pages that are not in docs."""
    made = {}
    for origin, page in {**PAGES, **_cards(), **_corpora()}.items():
        text = (ROOT / origin).read_text("utf-8")
        if not text.startswith("# "):
            text = f"# {pathlib.Path(origin).parent.name}\n\n{text}"
        made[page] = text
    made["reference/command_line.md"] = write_command_line()
    made["reference/recipes.md"] = write_recipes()
    for name in ["emoaff", *_list_packages()]:
        made[f"reference/api/{name}.md"] = write_package(name)
    return made


def _list_packages():
    for module in pkgutil.iter_modules(emoaff.__path__):
        name = f"emoaff.{module.name}"
        if getattr(importlib.import_module(name), "__all__", ()):
            yield name


def write_package(name):
    """The page of a package: all that its `__all__` names."""
    package = importlib.import_module(name)
    lines = [f"# {name}", "", (package.__doc__ or "").strip(), ""]
    for each in sorted(package.__all__):
        value = getattr(package, each)
        if name == "emoaff" and callable(value):
            # Imported when it is used, so its own page describes it.
            place = ".".join(value.__module__.split(".")[:2])
            link = f"[`{place}.{each}`]({place}.md#{place}.{each})"
            lines += [f"- `emoaff.{each}`: {link}"]
        elif callable(value):
            lines += [f"::: {name}.{each}", ""]
    return "\n".join(lines)


def write_recipes():
    """The page of recipes, as `emoaff recipes NAME` prints them."""
    parts = ["# Recipes\n", "What `emoaff recipes NAME` prints.\n"]
    for name in recipes.list_recipes():
        text = recipes.describe_recipe(name).strip()
        parts.append(f"## {name}\n\n{text}\n")
    return "\n".join(parts)


def write_command_line():
    """The page of all commands and options."""
    parts = ["# The command line\n"]
    parser = make_parser()
    parts.append(f"{parser.description}\n")
    (commands,) = (
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for name, command in commands.choices.items():
        parts.append(f"## emoaff {name}\n")
        if command.description:
            parts.append(f"{command.description}\n")
        parts.append(f"```text\n{command.format_usage().strip()}\n```\n")
        for group in command._action_groups:
            parts.append(_write_group(group))
    return "\n".join(parts)


def _write_group(group):
    rows = [
        _OPTION_ROW.format(_name_option(action), _read_help(action))
        for action in group._group_actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
    ]
    if not rows:
        return ""
    head = f"| {group.title} | |\n|---|---|\n"
    return head + "".join(rows)


def _name_option(action):
    formatter = argparse.HelpFormatter("")
    name = ", ".join(action.option_strings)
    if action.nargs != 0:
        value = formatter._format_args(action, action.dest.upper())
        name = f"{name} {value}".strip()
    # No backticks: in these a table shows the backslash before a bar as well.
    # A line of a narrow table may end after a comma.
    return f"<code>{_escape(name).replace(',', ',<wbr>')}</code>"


def _read_help(action):
    """What `--help` prints of an option, defaults filled in."""
    if not action.help:
        return ""
    return _escape(argparse.HelpFormatter("")._expand_help(action))


def _escape(text):
    return html.escape(text, quote=False).replace("|", "&#124;")
