"""From the cells of annotations to what models learn."""

import numpy as np


def targets(
    cells: np.ndarray, are_votes: bool, votes: str
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what frames show.

    Args:
        cells: float64 `(n, classes)`: 0 or 1, or counts of votes; NaN where
            unknown.
        are_votes: Whether they are counts.
        votes: What is made of counts: `"shares"` of those known, or
            `"winner"`, 1 for the class with most and 0 for the others. A tie
            has no winner.

    Returns:
        The emotions, float32 `(n, classes)` in [0, 1], several at once; NaN
        where unknown, where there are no votes, and where a tie has no winner.
        And the expression, int64 `(n,)`: the class with the highest cell over
        0, or -1 if it is not the only one.
    """
    known = np.where(np.isnan(cells), -1.0, cells)
    best = known.max(axis=1, initial=-1.0)
    winners = known == best[:, np.newaxis]
    clear = (winners.sum(axis=1) == 1) & (best > 0)
    expression = np.where(clear, winners.argmax(axis=1), -1)
    return _find_emotions(cells, are_votes, votes, winners, clear), expression


def _find_emotions(cells, are_votes, votes, winners, clear):
    emotions = cells
    if are_votes and votes == "shares":
        total = np.nansum(cells, axis=1, keepdims=True)
        emotions = cells / np.where(total > 0, total, np.nan)
    elif are_votes:
        emotions = np.where(clear[:, np.newaxis], winners, np.nan)
        emotions[np.isnan(cells)] = np.nan
    return emotions.astype(np.float32)
