"""What the columns of a table of labels mean, whatever they are called."""

import re

LABELS = ("label", "valence", "arousal")
COLUMNS = ("file", "start", "end", "time", *LABELS, "subject", "split")
# What others call these columns; words are joined by `_`.
ALIASES = {
    "file": (
        *("path", "file_path", "filepath", "file_name", "filename"),
        *("video", "clip", "image", "picture"),
    ),
    "label": ("emotion", "expression", "class"),
    "start": ("start_s", "start_time"),
    "end": ("end_s", "end_time"),
    "time": ("time_s", "timestamp"),
    "subject": ("person", "speaker", "actor", "participant"),
}
_MEANINGS = {other: own for own, others in ALIASES.items() for other in others}


def meanings(header: list[str]) -> list[str]:
    """Returns for each name in a header the column that it means.

    Args:
        header: The names, in lower case.

    Returns:
        One of `COLUMNS` for each, or "" for those that mean nothing here. A
        column's own name goes before what others call it.
    """
    found = [_meaning(name) for name in header]
    return [
        column if name == column or column not in header else ""
        for name, column in zip(header, found, strict=True)
    ]


def refuse_doubles(table: str, header: list[str]) -> None:
    """Raises ValueError if two names in a header mean the same column.

    Args:
        table: The file's name.
        header: The names, in lower case.
    """
    columns = meanings(header)
    for column in COLUMNS:
        if columns.count(column) > 1:
            pairs = zip(header, columns, strict=True)
            named = [name for name, own in pairs if own == column]
            what = f"{column} twice"
            if len(set(named)) > 1:
                what = f"{' and '.join(named)}, each of which means {column}"
            raise ValueError(
                f"Expected each column once in {table}. Received: {what}. "
                "Rename all but one of them."
            )


def _meaning(name):
    name = re.sub(r"[\s_-]+", "_", name)
    return name if name in COLUMNS else _MEANINGS.get(name, "")
