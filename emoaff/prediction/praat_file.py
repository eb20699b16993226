"""Results as a TextGrid of Praat."""

import os

from praatio import textgrid

from emoaff.prediction.result import Result
from emoaff.prediction.tables import renamed
from emoaff.prediction.tiers import collect_tiers


def write_praat(path: str | os.PathLike, result: Result) -> None:
    """Writes a TextGrid: an interval tier for each tier of `collect_tiers`.

    Args:
        path: The `.TextGrid` file.
        result: Of a video; times without an expression have an empty text. They
            count from the first picture.
    """
    tiers = collect_tiers(result)
    ends = [end for tier in tiers for _, end, _ in tier.intervals]
    last_s = max([round(1000 * result.end_s), *ends, 1]) / 1000
    grid = textgrid.Textgrid(0, last_s)
    for tier in tiers:
        entries = [
            (start / 1000, end / 1000, text)
            for start, end, text in tier.intervals
        ]
        grid.addTier(textgrid.IntervalTier(tier.name, entries, 0, last_s))
    with renamed(path) as half:
        grid.save(
            os.fspath(half), format="long_textgrid", includeBlankSpaces=True
        )
