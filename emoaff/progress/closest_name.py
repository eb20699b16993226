import difflib
from collections.abc import Iterable

_FEW = 3  # names that a sentence offers
_READ = 30  # names that a sentence lists


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Asks whether a name was meant to be one that is known.

    Args:
        name: What was given.
        known: What there is.

    Returns:
        ` Did you mean 'that'?` with a blank before it, to be put behind a
        sentence; empty where no name is close.

    Example:
    >>> suggest_name("happines", ["neutral", "happiness"])
    " Did you mean 'happiness'?"
    >>> suggest_name("x", ["neutral", "happiness"])
    ''
    """
    close = find_closest(name, known)
    return f" Did you mean {close!r}?" if close else ""


def describe_names(
    name: str, known: Iterable[str], lister: str, or_else: str = ""
) -> str:
    """Says what a name that is none could have been, in a line.

    Args:
        name: What was given.
        known: What there is.
        lister: The command that lists it all.
        or_else: What else may be given, such as `a folder`.

    Returns:
        A sentence or two, with a blank before: names that are close, and
        where all are listed; or all of them where none is close, unless they
        are more than a reader looks through.

    Example:
    >>> describe_names("feear", ["fear", "joy"], "emoaff classes")
    " Did you mean 'fear'? `emoaff classes` lists all."
    >>> describe_names("x", ["fear", "joy"], "emoaff classes", "a number")
    ' Expected one of: fear, joy; or a number.'
    """
    known = list(known)
    close = find_close(name, known)
    also = f"; {or_else} will do, too" if or_else else ""
    if close:
        meant = " or ".join(map(repr, close))
        return f" Did you mean {meant}? `{lister}` lists all{also}."
    if len(known) > _READ:
        return f" `{lister}` lists all{also}."
    more = f"; or {or_else}" if or_else else ""
    return f" Expected one of: {', '.join(known)}{more}."


def find_close(name: str, known: Iterable[str]) -> list[str]:
    """Finds the known names, at most three, that one may have been meant to be.

    Args:
        name: What was given.
        known: What there is; a setting such as `schedule.epochs` is also close
            to `epochs`.

    Returns:
        The closest first; empty where none is close.

    Example:
    >>> find_close("nam", ["loss.name", "model.name", "seed"])
    []
    >>> find_close("name", ["loss.name", "model.name", "seed"])
    ['loss.name', 'model.name']
    """
    by_lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_lower, _FEW, 0.75)
    if not close:
        # `epoch` of `schedule.epochs`.
        last = [each.rpartition(".")[2] for each in by_lower]
        near = difflib.get_close_matches(name.lower(), last, _FEW, 0.88)
        close = [
            each
            for each in by_lower
            if each.rpartition(".")[2] in near and name
        ][:_FEW]
    if not close:
        # One that was shortened, such as `time` of `time_s`.
        close = [
            each
            for each in by_lower
            if len(name) > 2
            and (each.startswith(name.lower()) or each.endswith(name.lower()))
        ][:_FEW]
    return [by_lower[each] for each in close]


def find_closest(name: str, known: Iterable[str]) -> str | None:
    """Finds the known name that one was probably meant to be.

    Args:
        name: See `find_close`.
        known: See there.

    Example:
    >>> find_closest("hapiness", ["neutral", "happiness"])
    'happiness'
    """
    return next(iter(find_close(name, known)), None)
