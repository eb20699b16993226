import dataclasses
import math
from collections.abc import Mapping

MEASURES = {
    "ccc": "CCC",
    "uar": "UAR",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
}


@dataclasses.dataclass(frozen=True)
class Expected:
    """The scores that a recipe should reach on one split of one corpus.

    Args:
        scores: By measure, with the dimension after a space where it has one:
            `"uar"`, `"ccc valence"`, `"ccc mean"` (of the two). The names are
            those of a table of scores, see `emoaff.evaluation.scores`.
        corpus: That is scored on, see `emoaff.corpora`.
        split: Of it; empty where that is not published.
        seed: Of the run that reached it; `None` where that is not known.
        source: Where the numbers are printed, and under which settings; empty
            if they were measured by the recipe as it is.
        minutes: How long that run took on two CPU cores; `None` if it was not
            measured.

    Raises:
        ValueError: If a measure is unknown, or a score is no number.
    """

    scores: Mapping[str, float]
    corpus: str
    split: str
    seed: int | None = None
    source: str = ""
    minutes: float | None = None

    def __post_init__(self):
        for name, value in self.scores.items():
            measure, _ = split_measure(name)
            if measure not in MEASURES or not math.isfinite(value):
                raise ValueError(
                    f"Expected a number for one of {', '.join(MEASURES)}. "
                    f"Received: {name}={value!r}."
                )


def split_measure(name: str) -> tuple[str, str]:
    """Returns measure and dimension of a name such as `"ccc valence"`."""
    measure, _, of = name.partition(" ")
    return measure, of


def describe_expected(expected: tuple[Expected, ...]) -> str:
    """Returns a table of what is expected, in Markdown; empty for nothing."""
    if not expected:
        return ""
    lines = [
        "| corpus | split | measure | expected | seed | where from |",
        "|---|---|---|---|---|---|",
    ]
    for each in expected:
        seed = "" if each.seed is None else each.seed
        for name, value in each.scores.items():
            measure, of = split_measure(name)
            what = f"{MEASURES[measure]} {of}".strip()
            source = each.source or "measured"
            lines.append(
                f"| {each.corpus} | {each.split} | {what} | {value:.3f} | "
                f"{seed} | {source} |"
            )
    return "\n".join(lines)
