"""Reading the table of ratings, one row a clip."""

import csv
import math
import pathlib
import re
from typing import NamedTuple

_CLIP = re.compile(r"(?:.*[/\\])?0*(\d+)\.\w+")
_COLUMNS = ("video_name", "Valence", "Arousal")
_HIGHEST = 10


class Rating(NamedTuple):
    """The raters' opinion of one clip, on the scale of the house form.

    Attributes:
        valence: In `[-1, 1]`, NaN where the cell is empty.
        arousal: In `[-1, 1]`, NaN where the cell is empty.
    """

    valence: float
    arousal: float


def read_ratings(path: pathlib.Path) -> dict[int, Rating]:
    """Reads `train_mean.csv`.

    Args:
        path: The file.

    Returns:
        Clip number to its rating, `(x - 5) / 5` of the table's 0 to 10.

    Raises:
        ValueError: If a column is missing, a name has no number, a value is
            no number from 0 to 10, or a clip has two rows. The message names
            the row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = set(_COLUMNS) - set(rows.fieldnames or ())
        if missing:
            raise ValueError(
                f"Expected the columns {', '.join(_COLUMNS)} in {path.name}. "
                f"Received none named {', '.join(sorted(missing))}. Copy the "
                "table again."
            )
        ratings: dict[int, Rating] = {}
        for number, row in enumerate(rows, start=2):
            place = f"{path.name}, row {number}"
            match = _CLIP.fullmatch((row["video_name"] or "").strip())
            if match is None:
                raise ValueError(
                    f"{place}: expected a name such as Train/0001.mp4. "
                    f"Received: {row['video_name']!r}. Mend it."
                )
            clip = int(match[1])
            if clip in ratings:
                raise ValueError(
                    f"{place}: expected one row of clip {clip}. Received: a "
                    "second one. Keep one of them."
                )
            ratings[clip] = Rating(
                _scaled(row["Valence"], place), _scaled(row["Arousal"], place)
            )
    return ratings


def _scaled(cell, place):
    text = (cell or "").strip()
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _HIGHEST:
        raise ValueError(
            f"{place}: expected a number from 0 to {_HIGHEST}. Received: "
            f"{cell!r}. Mend it, or empty the cell if it is unknown."
        )
    middle = _HIGHEST / 2
    return (value - middle) / middle
