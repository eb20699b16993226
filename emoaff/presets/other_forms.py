"""What `load_preset` loads beside preset folders."""

import os
from collections.abc import Callable

# Pairs of functions: whether a path is of that form, and its loader.
_forms: list[tuple[Callable, Callable]] = []


def add_form(recognises: Callable, load: Callable) -> None:
    """Lets `load_preset` load something else than a preset folder.

    Args:
        recognises: Says of a path whether it is of this form.
        load: Gives the `Preset` of such a path.

    Example:
    >>> add_form(
    ...     lambda path: str(path) == "best",
    ...     lambda path: load_preset("my_preset"),
    ... )
    >>> load_preset("best").name
    'my_preset'
    """
    _forms.append((recognises, load))


def find_loader(name_or_path: str | os.PathLike) -> Callable | None:
    """Returns what loads a path of another form; `None` for a preset's.

    Example:
    >>> find_loader("compact_ferplus") is None
    True
    """
    return next(
        (load for recognises, load in _forms if recognises(name_or_path)), None
    )
