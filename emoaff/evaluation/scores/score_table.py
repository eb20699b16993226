"""Tables of scores for terminals, reports and files."""

import dataclasses
import math

from emoaff.evaluation.scores.score_row import ScoreRow
from emoaff.presets.plain_json import replace_nan


@dataclasses.dataclass(frozen=True)
class ScoreTable:
    """Scores, and what one must know to read them.

    Args:
        rows: The scores.
        facts: Name to value: text, a number or a dict of those, such as
            dataset, split, model, preprocessing and counts of frames.
        confusion: `{"classes": names, "counts": rows of ints}`, rows are
            labels, columns predictions, or `None`.

    Example:
    >>> table = ScoreTable((ScoreRow("ccc", "valence", 0.5, 0.4, 0.6, 99),))
    >>> print(table.to_text())
    measure  of        value     low    high   n
    ccc      valence  0.5000  0.4000  0.6000  99
    """

    rows: tuple[ScoreRow, ...]
    facts: dict = dataclasses.field(default_factory=dict)
    confusion: dict | None = None

    def value(self, measure: str, of: str = "", part: str = "") -> float:
        """Returns one score; ValueError if there is no such row."""
        for row in self.rows:
            if (row.measure, row.of, row.part) == (measure, of, part):
                return row.value
        known = sorted({f"{row.measure}, {row.of}" for row in self.rows})
        raise ValueError(
            f"Expected one of the scores ({'; '.join(known)}). "
            f"Received: measure={measure!r}, of={of!r}, part={part!r}."
        )

    def to_text(self) -> str:
        """Returns lines for a terminal; `n/a` stands for an undefined score."""
        lines = [
            f"{name}: {_format_fact(value)}"
            for name, value in self.facts.items()
        ]
        lines += _align(self._cells(), names=3 if self._has_parts() else 2)
        if self.confusion:
            lines.append("confusion (row: label, column: predicted)")
            lines += _align(self._format_confusion(), names=1)
        return "\n".join([*lines, *self._list_notes()])

    def to_markdown(self) -> str:
        """Returns a list of the facts and a Markdown table."""
        blocks = []
        if self.facts:
            facts = self.facts.items()
            blocks.append(
                [f"- {name}: {_format_fact(value)}" for name, value in facts]
            )
        names = 3 if self._has_parts() else 2
        blocks.append(_format_markdown(self._cells(), names))
        if self.confusion:
            blocks.append(["Confusion (row: label, column: predicted):"])
            blocks.append(_format_markdown(self._format_confusion(), names=1))
        if self._list_notes():
            blocks.append([f"- {note}" for note in self._list_notes()])
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"

    def to_wide_markdown(self) -> str:
        """Returns a Markdown table with a line a part, a column a score.

        For tables of many parts. Intervals, facts and the confusion matrix are
        left out; a score that a part does not have is empty.
        """
        return "\n".join(_format_markdown(self._make_wide(), names=1)) + "\n"

    def to_wide_text(self) -> str:
        """Returns the same for a terminal."""
        return "\n".join(_align(self._make_wide(), names=1))

    def _make_wide(self):
        scores = list(dict.fromkeys((r.measure, r.of) for r in self.rows))
        found = {(r.part, r.measure, r.of): r.value for r in self.rows}
        cells = [["", *(f"{m} {of}".strip() for m, of in scores)]]
        for part in dict.fromkeys(row.part for row in self.rows):
            values = [found.get((part, *score)) for score in scores]
            numbers = ("" if v is None else _number(v) for v in values)
            cells.append([part, *numbers])
        return cells

    def to_dict(self) -> dict:
        """Returns a dict for JSON, unrounded; NaN and infinity become None."""
        return replace_nan(
            {
                "facts": self.facts,
                "rows": [dataclasses.asdict(row) for row in self.rows],
                "confusion": self.confusion,
            }
        )

    def _has_parts(self):
        return any(row.part for row in self.rows)

    def _list_notes(self):
        undefined = [row for row in self.rows if row.undefined_draws]
        if len(undefined) < 2:
            return [note for row in self.rows for note in row.notes()]
        # Of rare classes some are in no draw: a line, and not one each.
        listed = ", ".join(
            " ".join(filter(None, (row.part, row.measure, row.of)))
            + f" {row.undefined_draws}"
            for row in undefined
        )
        known = [
            dataclasses.replace(row, undefined_draws=0) for row in self.rows
        ]
        return [
            *(note for row in known for note in row.notes()),
            f"undefined draws left out of the intervals: {listed}",
        ]

    def _cells(self):
        head = ["measure", "of", "value", "low", "high", "n"]
        cells = [
            [
                row.measure,
                row.of,
                *map(_number, (row.value, row.low, row.high)),
                str(row.n),
            ]
            for row in self.rows
        ]
        if not self._has_parts():
            return [head, *cells]
        parts = ["part", *(row.part for row in self.rows)]
        return [
            [part, *line]
            for part, line in zip(parts, [head, *cells], strict=True)
        ]

    def _format_confusion(self):
        classes = list(self.confusion["classes"])
        counts = self.confusion["counts"]
        rows = zip(classes, counts, strict=True)
        return [["", *classes], *([name, *map(str, n)] for name, n in rows)]


def _align(cells, names):
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        pairs = list(zip(row, widths, strict=True))
        left = [f"{text:<{width}}" for text, width in pairs[:names]]
        right = [f"{text:>{width}}" for text, width in pairs[names:]]
        lines.append("  ".join(left + right).rstrip())
    return lines


def _format_markdown(cells, names):
    head, *body = [[text.replace("|", "\\|") for text in row] for row in cells]
    rule = [":--" if place < names else "--:" for place in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *body)]


def _format_fact(value):
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {_format_fact(item)}" for name, item in value.items()
        )
    return _number(value) if isinstance(value, float) else str(value)


def _number(value):
    return "n/a" if math.isnan(value) else f"{value:.4f}"
