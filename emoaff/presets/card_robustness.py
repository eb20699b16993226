"""The model card's sections on withheld answers and degraded pictures."""

import math

_HEADS = {
    "threshold": "least probability",
    "coverage": "answered",
    "accuracy": "accuracy of these",
    "wrong_kept_silent": "mistakes kept back",
}
_EQUAL_CLASSES = (
    " At equal classes the class prior is taken out of the probabilities, and "
    "every class counts the same."
)


def coverage(scores: dict) -> list[str]:
    """Returns the blocks on when the model keeps silent; none without scores.

    Args:
        scores: What `config.json` holds under `scores`; `coverage` in it is a
            `ScoreTable.to_dict` of
            `emoaff.evaluation.coverage.compute_coverage`.
    """
    if "coverage" not in scores:
        return []
    by_part = _group_by_part(scores["coverage"]["rows"])
    lines = [
        f"| | {' | '.join(_HEADS.values())} |",
        "|---|" + "---|" * len(_HEADS),
    ]
    for part, values in by_part.items():
        cells = " | ".join(_number(values.get((m, ""))) for m in _HEADS)
        lines.append(f"| {part} | {cells} |")
    facts = scores["facts"]
    return [
        "## When it keeps silent",
        f"On {facts['dataset']}, split {facts['split']}. `emoaff predict` "
        "names no expression below the first threshold.",
        "\n".join(lines),
    ]


def robustness(scores: dict) -> list[str]:
    """Returns the blocks on spoiled pictures; none without scores.

    Args:
        scores: See `coverage`; `robustness` in it is a `ScoreTable.to_dict` of
            `emoaff.evaluation.robustness.score_robustness`.
    """
    if "robustness" not in scores:
        return []
    by_part = _group_by_part(scores["robustness"]["rows"])
    (clean, first), *_ = by_part.items()
    heads = []
    for measure, of in first:
        heads.append(f"{measure.replace('_', ' ')} {of}".strip())
        heads += ["lost"] * _is_lost(measure, of)
    lines = [f"| pictures | {' | '.join(heads)} |"]
    lines.append("|---|" + "---|" * len(heads))
    for part, values in by_part.items():
        cells = []
        for score, best in first.items():
            value = values.get(score)
            cells.append(_number(value))
            if _is_lost(*score):
                known = None not in (value, best) and part != clean
                cells.append(_number(best - value) if known else "")
        lines.append(f"| {part} | {' | '.join(cells)} |")
    return [
        "## Spoiled pictures",
        "The same pictures, spoiled without chance as "
        "`emoaff.evaluation.spoiled_pictures` says. A margin of 1.6 is a crop "
        "1.6 times as wide, filled up with border pixels."
        + _EQUAL_CLASSES
        * any("equal" in head for head in heads),
        "\n".join(lines),
    ]


def _is_lost(measure, of):
    """Whether a card shows how much of a score bad pictures cost."""
    return measure in ("accuracy", "uar", "ccc") and "equal" not in of


def _group_by_part(rows):
    found = {}
    for row in rows:
        part = found.setdefault(row["part"], {})
        part[row["measure"], row["of"]] = row["value"]
    return found


def _number(value):
    return "n/a" if value is None or math.isnan(value) else f"{value:.4f}"
