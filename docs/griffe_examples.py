"""Lets mkdocstrings see the examples of our docstrings: a griffe extension.

They stand under `Example:` without an indent, where griffe expects a section
`Examples:` whose lines are indented.
"""

import griffe

_SECTION = ("Args:", "Returns:", "Raises:", "References:", "Call arguments:")


class IndentExamples(griffe.Extension):
    """Rewrites `Example:` in every docstring before it is parsed."""

    def on_object(self, *, obj, **kwargs):
        """Griffe calls this for each module, class and function it has read."""
        if obj.docstring and "\nExample:\n" in obj.docstring.value:
            obj.docstring.value = indent_examples(obj.docstring.value)


def indent_examples(text: str) -> str:
    """Returns a docstring with its example as griffe expects it."""
    lines, inside = [], False
    for line in text.splitlines():
        if line == "Example:":
            line, inside = "Examples:", True
        elif line in _SECTION:
            inside = False
        elif inside and line:
            line = f"    {line}"
        lines.append(line)
    return "\n".join(lines)
