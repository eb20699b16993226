"""Pieces of HTML that all pages share: colours, shares, times, text."""

import html
from collections.abc import Iterable

from emoaff.labels.class_orders import SYNONYMS
from emoaff.prediction.summary import show_percent

# Told apart by people with any colour vision (Okabe and Ito, 2008).
_COLOURS = {
    "neutral": "#999999",
    "happiness": "#e69f00",
    "surprise": "#f0e442",
    "sadness": "#0072b2",
    "anger": "#d55e00",
    "disgust": "#009e73",
    "fear": "#cc79a7",
    "contempt": "#56b4e9",
}
# For more classes of one's own than are left of these (Tol, 2021, muted).
_MORE = (
    "#332288 #117733 #44aa99 #882255 #ddcc77 #aa4499 #88ccee #cc6677".split()
)


def write_keys(colours: dict[str, str]) -> str:
    """Returns the colours of classes as items of an HTML list."""
    return "".join(
        f'<li><i style="background:{colour}"></i>{escape(name)}</li>'
        for name, colour in colours.items()
    )


def write_share_bar(shares: dict[str, float], colours: dict[str, str]) -> str:
    """Returns a bar of shares as HTML; an empty name is no expression."""
    parts = "".join(
        f"<span {_paint(colours.get(name), share)} "
        f'title="{escape(name or "none named")} {show_percent(share)}"></span>'
        for name, share in shares.items()
    )
    said = describe_shares(shares)
    return f'<div class="shares" role="img" aria-label="{said}">{parts}</div>'


def _paint(colour, share):
    if not colour:  # grey is a time without a face
        return f'class="unnamed" style="flex:{share:.4f}"'
    return f'style="flex:{share:.4f};background:{colour}"'


def describe_shares(shares: dict[str, float]) -> str:
    """Returns shares in words, as text that can stand in HTML."""
    return escape(
        ", ".join(
            f"{name or 'none named'} {show_percent(share)}"
            for name, share in shares.items()
        )
    )


def show_time(seconds: float) -> str:
    """Returns seconds as minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(float(seconds), 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:04.1f}"
    return f"{minutes}:{rest:04.1f}"


def choose_colours(classes: Iterable[str]) -> dict[str, str]:
    """Chooses a colour for each class, for CSS.

    Expressions that every preset knows have the same ones everywhere, also by
    another word (happy for happiness). Others take those that are left, in
    their order; only of more than 16 classes some share one.

    Args:
        classes: Their names.

    Returns:
        The colour of each.

    Example:
    >>> choose_colours(["wut", "happy"])
    {'wut': '#999999', 'happy': '#e69f00'}
    """
    names = list(dict.fromkeys(classes))
    chosen: dict[str, str] = {}
    for name in names:
        colour = _COLOURS.get(SYNONYMS.get(name.lower(), name.lower()))
        if colour and colour not in chosen.values():
            chosen[name] = colour
    every = [*_COLOURS.values(), *_MORE]
    spare = [colour for colour in every if colour not in chosen.values()]
    others = [name for name in names if name not in chosen]
    for number, name in enumerate(others):
        chosen[name] = (spare or every)[number % len(spare or every)]
    return {name: chosen[name] for name in names}


def escape(value) -> str:
    """Returns text that can stand in HTML, in attributes too."""
    return html.escape(str(value), quote=True)
