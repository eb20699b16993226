import difflib
from collections.abc import Iterable


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


def find_closest(name: str, known: Iterable[str]) -> str | None:
    """Finds the known name that one was probably meant to be.

    Args:
        name: What was given.
        known: What there is; a setting such as `schedule.epochs` is also close
            to `epochs`.

    Example:
    >>> find_closest("hapiness", ["neutral", "happiness"])
    'happiness'
    """
    by_lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_lower, 1, 0.75)
    if not close:
        # One that was shortened, such as `time` of `time_s`.
        close = [
            each
            for each in by_lower
            if len(name) > 2
            and (each.startswith(name.lower()) or each.endswith(name.lower()))
        ][:1]
    return by_lower[close[0]] if close else None
