import collections
import math

import numpy as np

from emoaff.prediction.person_record import WAVERING
from emoaff.prediction.row import Row

_GAP = 2.5  # usual steps between rows; a longer one is a time without a face
_HELD_S = 0.5


class PersonTally:
    """Counts what one person shows, row by row, in constant memory.

    Args:
        classes: Names of the classes.
        step_s: Usual seconds from one row to the next; 0 for a picture.

    Attributes:
        rows: Number of rows.
        first_s: Seconds of the first row.
        last_s: Seconds of the last row.
        seconds: How long the person was there; 0 for a picture.
        named: A counter of smoothed expressions, one a row without doubt.
        doubts: A counter of reasons why rows name none. A row that is clear
            by itself but not together with those around it is `wavering`.
        strength: Mean smoothed probability of what is named; NaN without.
        held: Expression to how often it was held for half a second or
            longer; `neutral` is no event. See `PersonRecord.find_events`.
        valence: Mean, in `[-1, 1]`; NaN without any.
        arousal: The same for arousal.

    Example:
    >>> from emoaff.prediction import Row
    >>> tally = PersonTally(("neutral", "joy"), step_s=0.5)
    >>> joy = np.float32([0.1, 0.9])
    >>> for n in range(4):
    ...     tally.add(Row(n, n / 2, 1, probabilities=joy, smoothed=joy))
    >>> tally.close()
    >>> tally.rows, dict(tally.named), dict(tally.held)
    (4, {'joy': 4}, {'joy': 1})
    """

    def __init__(self, classes: tuple[str, ...], step_s: float):
        self._classes, self._step_s = classes, step_s
        self.rows = 0
        self.first_s = self.last_s = math.nan
        self.seconds = 0.0
        self.named = collections.Counter()
        self.doubts = collections.Counter()
        self.held = collections.Counter()
        self._strength = self._valence = self._arousal = (0, 0.0)
        self._shown, self._since_s = "", math.nan

    def add(self, row: Row) -> None:
        """Adds the person's next row."""
        shown = ""
        if row.smoothed is not None and not row.doubt:
            best = int(np.nanargmax(row.smoothed))
            shown = self._classes[best]
            self.named[shown] += 1
            self._strength = _add(self._strength, float(row.smoothed[best]))
        elif row.doubt or row.probabilities is not None:
            self.doubts.update((row.doubt or WAVERING).split("; "))
        self._valence = _add(self._valence, row.valence)
        self._arousal = _add(self._arousal, row.arousal)
        gap_s = row.time_s - self.last_s
        away = gap_s > _GAP * self._step_s
        if self.rows:
            self.seconds += self._step_s if away else gap_s
        if not self.rows:
            self.first_s = self._since_s = row.time_s
        elif away:
            self._end_span(self.last_s + self._step_s)
            self._since_s = row.time_s
        elif shown != self._shown:
            self._end_span(row.time_s)
            self._since_s = row.time_s
        self._shown, self.last_s = shown, row.time_s
        self.rows += 1

    def close(self) -> None:
        """Ends what is shown last; to be called after the last row."""
        if self.rows:
            self._end_span(self.last_s + self._step_s)
            self.seconds += self._step_s
        self._shown = ""

    @property
    def unnamed(self) -> int:
        """Rows without a smoothed expression, or in doubt."""
        return self.rows - self.named.total()

    @property
    def strength(self) -> float:
        return _mean(self._strength)

    @property
    def valence(self) -> float:
        return _mean(self._valence)

    @property
    def arousal(self) -> float:
        return _mean(self._arousal)

    def describe(self, most: float = 1.0) -> dict:
        """Returns all of it for JSON: shares in `[0, 1]`, None if missing.

        Args:
            most: What the mean strength is cut to.
        """
        return {
            "rows": self.rows,
            "first_s": round(self.first_s, 4),
            "last_s": round(self.last_s, 4),
            "seconds": round(self.seconds, 4),
            "shares": {
                name: round(count / self.rows, 4)
                for name, count in self.named.most_common()
            },
            "mean_strength": _round(min(self.strength, most)),
            "events": dict(self.held.most_common()),
            "none_named": round(self.unnamed / self.rows, 4),
            "doubts": {
                name: round(count / self.rows, 4)
                for name, count in self.doubts.most_common()
            },
            "valence": _round(self.valence),
            "arousal": _round(self.arousal),
        }

    def _end_span(self, end_s):
        long_enough = end_s - self._since_s >= _HELD_S - 1e-9
        if self._shown not in ("", "neutral") and long_enough:
            self.held[self._shown] += 1


def _add(total, value):
    count, total_value = total
    return total if math.isnan(value) else (count + 1, total_value + value)


def _mean(total):
    count, value = total
    return value / count if count else math.nan


def _round(value):
    return None if value != value else round(value, 6)
