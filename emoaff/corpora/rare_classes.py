"""Slips in the names of one's own classes, and classes of few examples."""

import difflib
from collections.abc import Mapping

from emoaff import labels

LEAST = 10  # recordings; from fewer hardly anything is learned
_CLOSE = 0.8  # of difflib; `happines` and `happiness` have .94


def describe_rare_classes(
    counts: Mapping[str, int], unit: str = "recording"
) -> list[str]:
    """Says which classes have hardly any recordings or are another's slip.

    A name is taken for a slip if it is none of the registered label spaces'
    and almost one of them, or almost that of a class with more recordings.

    Args:
        counts: Class to how many recordings have it.
        unit: What is counted, in the singular.

    Returns:
        Sentences without a full stop, the slips first; none where all is well.

    Example:
    >>> for line in describe_rare_classes({"happiness": 20, "happines": 1}):
    ...     print(line)
    the class 'happines' has 1 recording: did you mean 'happiness'?
    hardly anything is learned from fewer than 10 recordings: happines has 1
    """
    found = []
    for name, count in counts.items():
        meant = _find_meant(name, counts)
        if meant:
            found.append(
                f"the class {name!r} has {_count(count, unit)}: did you mean "
                f"{meant!r}?"
            )
    few = {name: n for name, n in counts.items() if n < LEAST}
    if few and len(counts) > 1:
        listed = ", ".join(f"{name} has {n}" for name, n in few.items())
        found.append(
            "hardly anything is learned from fewer than "
            f"{_count(LEAST, unit)}: {listed}"
        )
    return found


def describe_own_words(counts: Mapping[str, int]) -> list[str]:
    """Says which classes no preset that was trained elsewhere has.

    Args:
        counts: See `describe_rare_classes`.

    Returns:
        A sentence without a full stop where some names, but not all, are
        classes of registered label spaces; else none. Slips are told by
        `describe_rare_classes`.

    Example:
    >>> describe_own_words({"joy": 20, "sad": 20})[0].partition(";")[0]
    'presets that were trained elsewhere are not scored on joy'
    """
    known = _list_known()
    own = [n for n in counts if n not in known and not _find_meant(n, counts)]
    if not own or len(own) == len(counts):
        return []
    return [
        "presets that were trained elsewhere are not scored on "
        f"{', '.join(own)}; words that mean the same: "
        f"{labels.describe_synonyms()}"
    ]


def _list_known():
    spaces = map(labels.get, labels.list_label_spaces())
    return {each for space in spaces for each in space.classes}


def _find_meant(name, counts):
    known = _list_known()
    larger = {each for each, n in counts.items() if n > counts[name]}
    if name in known:  # angry beside anger, as corpora have them
        return None
    others = sorted((known | larger) - {name})
    close = difflib.get_close_matches(name, others, 1, _CLOSE)
    return close[0] if close else None


def _count(number, unit):
    return f"{number} {unit}{'' if number == 1 else 's'}"
