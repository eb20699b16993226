"""How often a classifier is right when it may keep silent."""

from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.scores.score_row import ScoreRow
from emoaff.evaluation.scores.score_table import ScoreTable

SHARES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)


def compute_coverage_curve(
    truth: np.ndarray,
    probabilities: np.ndarray,
    thresholds: Sequence[float] = (),
    shares: Sequence[float] = SHARES,
) -> ScoreTable:
    """Scores a classifier that answers only where it is sure enough.

    It answers where the probability of its class is at least the threshold.

    Args:
        truth: int `(n,)`, class indices, -1 where unlabelled.
        probabilities: float `(n, classes)`; a row with NaN has no answer and
            is left out, as unlabelled ones are.
        thresholds: In `[0, 1]`.
        shares: Of the scored rows, in `(0, 1]`: the surest `round(share * n)`
            of them set the threshold. Rows as sure as the last are answered
            too.

    Returns:
        For each threshold, then for each share, a part named by it with
        `threshold`, `coverage` (share of the scored rows that get an answer),
        `accuracy` of these, and `wrong_kept_silent`, the share of all mistakes
        that are kept back. NaN where nothing is answered, or no mistake made.

    Raises:
        ValueError: If a threshold or share is out of range, shapes disagree,
            or no row is left.

    Example:
    >>> sure, unsure = (0.9, 0.1), (0.6, 0.4)
    >>> rows = np.array([sure, unsure])
    >>> table = compute_coverage_curve(np.array([0, 1]), rows, [0.8])
    >>> table.value("accuracy", part="at least 0.8")
    1.0
    """
    truth = np.asarray(truth)
    probabilities = np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or truth.shape != probabilities.shape[:1]:
        raise ValueError(
            "Expected truth (n,) and probabilities (n, classes). Received "
            f"shapes {truth.shape} and {probabilities.shape}."
        )
    wrong = [t for t in (*thresholds, *shares) if not 0 <= t <= 1]
    if wrong or 0 in shares:
        raise ValueError(
            "Expected thresholds in [0, 1] and shares in (0, 1]. Received: "
            f"{wrong[0] if wrong else 0}."
        )
    scored = (truth >= 0) & ~np.isnan(probabilities).any(axis=1)
    if not scored.any():
        raise ValueError(
            "Expected rows with a label and probabilities. Received none among "
            f"{len(truth)}."
        )
    probabilities = probabilities[scored]
    hit = probabilities.argmax(axis=1) == truth[scored]
    confidence = probabilities.max(axis=1)
    ranked = np.sort(confidence)[::-1]
    chosen = {f"at least {t:g}": t for t in thresholds}
    for share in shares:
        last = max(round(share * len(ranked)), 1) - 1
        chosen[f"surest {share:.0%}"] = ranked[last]
    rows = []
    for part, threshold in chosen.items():
        answered = confidence >= threshold
        rows += _rows(part, threshold, answered, hit)
    return ScoreTable(tuple(rows))


def _rows(part, threshold, answered, hit):
    count, nan = int(answered.sum()), float("nan")
    mistakes = (~hit).sum()
    silent = (~hit & ~answered).sum()
    values = {
        "threshold": float(threshold),
        "coverage": count / len(hit),
        "accuracy": float(hit[answered].mean()) if count else nan,
        "wrong_kept_silent": float(silent / mistakes) if mistakes else nan,
    }
    return [
        ScoreRow(measure, "", value, n=count, part=part)
        for measure, value in values.items()
    ]
