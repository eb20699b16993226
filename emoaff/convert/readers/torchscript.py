"""Names of the tensors in a TorchScript file.

What is public here:

    list_tensors(root, records)
"""

import re

from emoaff.convert.readers.torch_tensors import ScriptObject
from emoaff.convert.readers.torch_tensors import StoredTensor

_LIMIT = 100_000  # modules; a file could hold one in itself
_CLASS = re.compile(r"^class (\w+)\(", re.MULTILINE)
_LISTS = re.compile(r"^  __(?:parameters|buffers)__ = \[(.*?)\]", re.MULTILINE)


def list_tensors(root: ScriptObject, records) -> dict[str, StoredTensor]:
    """Returns the tensors by the names that `state_dict()` gives them.

    A module's own parameters and buffers come first, then those of its
    modules, in the file's order. Other attributes that are tensors are left
    out, if the file's code tells them apart; the code is searched for those
    lists alone.

    Args:
        root: The outermost module.
        records: The archive's `Records`.

    Raises:
        ValueError: If modules hold one another without end.
    """
    found, listed = {}, {}
    waiting, seen = [("", root)], 0
    while waiting:
        prefix, module = waiting.pop()
        seen += 1
        if seen > _LIMIT:
            raise ValueError("its modules hold one another without end")
        if module.kind not in listed:
            listed[module.kind] = _list_members(module.kind, records)
        names = listed[module.kind]
        inner = []
        for name, value in module.attributes.items():
            if isinstance(value, ScriptObject):
                inner.append((f"{prefix}{name}.", value))
            elif isinstance(value, StoredTensor) and (
                names is None or name in names
            ):
                found[f"{prefix}{name}"] = value
        waiting.extend(reversed(inner))
    return found


def _list_members(kind, records):
    """Names of a class's parameters and buffers; `None` if it has no code."""
    name = f"code/{kind.module.replace('.', '/')}.py"
    if name not in records:
        return None
    code = records.read(name).decode("utf-8")
    classes = list(_CLASS.finditer(code))
    for match, after in zip(classes, [*classes[1:], None], strict=True):
        if match[1] == kind.name:
            body = code[match.end() : after.start() if after else None]
            lists = _LISTS.findall(body)
            return {n for text in lists for n in re.findall(r'"(.*?)"', text)}
    return None
