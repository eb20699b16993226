"""The table of clips: who is in them, and which split they are in."""

import csv
import dataclasses
import io
import pathlib

from emoaff.corpora.split_rules import split_name

_USED = ("clip", "subject", "split")


@dataclasses.dataclass(frozen=True)
class Clip:
    """One row of the table.

    Args:
        row: As a spreadsheet counts: the header is 1.
        name: The clip.
        subject: Who is in it; empty where the table does not say.
        split: `"train"`, `"validation"` or `"test"`; empty where not given.
    """

    row: int
    name: str
    subject: str
    split: str


def read_metadata(
    path: pathlib.Path, name: str
) -> tuple[list[Clip], tuple[str, ...]]:
    """Reads the table of clips, in UTF-8 with commas and a header.

    Args:
        path: The file.
        name: What messages call it.

    Returns:
        Its rows, and the columns that are not used.

    Raises:
        ValueError: If there is no column `clip` or one stands twice, a row has
            more cells than the header, a clip stands twice, or a split is
            none.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"Expected a table in UTF-8 with commas in {name}. It cannot be "
            f"read ({error}). Save it as such."
        ) from None
    full = [
        (number, [cell.strip() for cell in line])
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    ]
    columns = [cell.lower() for cell in full[0][1]] if full else []
    if columns.count("clip") != 1 or any(columns.count(c) > 1 for c in _USED):
        raise ValueError(
            f"Expected a header in {name} with the columns "
            f"{', '.join(_USED)}, each once. Found: "
            f"{', '.join(columns) or 'nothing'}. Add or mend it."
        )
    clips: dict[str, Clip] = {}
    for number, cells in full[1:]:
        clip = _clip(f"{name}, row {number}", number, columns, cells)
        first = clips.setdefault(clip.name, clip)
        if first is not clip:
            raise ValueError(
                f"Expected each clip once in {name}. Found: {clip.name} in "
                f"rows {first.row} and {number}. Remove one of them."
            )
    unused = tuple(c for c in columns if c and c not in _USED)
    return list(clips.values()), unused


def _clip(place, number, columns, cells):
    if any(cells[len(columns) :]):
        raise ValueError(
            f"{place}: expected {len(columns)} cells as in the header. Found: "
            f"{len(cells)}. Mend the row."
        )
    named = dict(zip(columns, cells, strict=False))
    if not named.get("clip"):
        raise ValueError(
            f"{place}: expected the name of a clip. Found an empty cell. Fill "
            "it, or remove the row."
        )
    split = named.get("split", "")
    if split and not split_name(split):
        raise ValueError(
            f"{place}: expected split to be train, validation, test or empty. "
            f"Found: {split!r}. Mend it."
        )
    return Clip(
        row=number,
        name=named["clip"],
        subject=named.get("subject", ""),
        split=split_name(split) or "",
    )
