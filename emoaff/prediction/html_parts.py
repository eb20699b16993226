"""Pieces of HTML that all pages share: colours, shares, times, text."""

import html

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


def write_keys(classes: tuple[str, ...]) -> str:
    """Returns the colours of classes as items of an HTML list."""
    return "".join(
        f'<li><i style="background:{choose_colour(name)}"></i>'
        f"{escape(name)}</li>"
        for name in classes
    )


def write_share_bar(shares: dict[str, float]) -> str:
    """Returns a bar of shares as HTML; an empty name is no expression."""
    parts = "".join(
        f"<span {_paint(name, share)} "
        f'title="{escape(name or "none named")} {show_percent(share)}"></span>'
        for name, share in shares.items()
    )
    said = describe_shares(shares)
    return f'<div class="shares" role="img" aria-label="{said}">{parts}</div>'


def _paint(name, share):
    if not name:  # grey is a time without a face
        return f'class="unnamed" style="flex:{share:.4f}"'
    return f'style="flex:{share:.4f};background:{choose_colour(name)}"'


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


def choose_colour(name: str) -> str:
    """Returns the colour of a class, for CSS."""
    if name in _COLOURS:
        return _COLOURS[name]
    spare = list(_COLOURS.values())
    return spare[sum(map(ord, name)) % len(spare)]


def escape(value) -> str:
    """Returns text that can stand in HTML, in attributes too."""
    return html.escape(str(value), quote=True)
