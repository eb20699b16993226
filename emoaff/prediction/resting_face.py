"""Subtracts a person's resting face from what the face shows later."""

import dataclasses
import os
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.labels import LabelSpace
from emoaff.prediction.row import NAN
from emoaff.prediction.row import Row

RESTING = "resting"
_NEUTRAL = "neutral"


@dataclasses.dataclass
class _Rest:
    """Sums over a person's resting rows."""

    first_s: float
    rows: int = 0
    probabilities: np.ndarray | float = 0.0
    valence: float = 0.0
    arousal: float = 0.0

    def add(self, row):
        self.rows += 1
        self.valence += row.valence
        self.arousal += row.arousal
        if row.probabilities is not None:
            self.probabilities = self.probabilities + np.asarray(
                row.probabilities, np.float64
            )

    def mean(self):
        return dataclasses.replace(
            self,
            probabilities=self.probabilities / self.rows,
            valence=self.valence / self.rows,
            arousal=self.arousal / self.rows,
        )


class Baseline:
    """Subtracts each person's resting face.

    The resting face is the mean of a person's answers in their first seconds,
    or over a file that shows it. Of each class but neutral its resting share
    `r` is taken off and the rest stretched to reach 1 again, `max(0, p - r) /
    (1 - r)`; if together they exceed 1 they are scaled down to it; what is
    left is neutral. So the resting face itself is neutral, and a
    certain class stays certain. Valence and arousal are the differences to
    their resting values, clipped to [-1, 1].

    Rows of the seconds themselves lose their answers: they say what rest is.
    So do all rows of a person who was never seen with an answer in them.

    Args:
        space: The label space of the probabilities, `None` if there are none.
        seconds: Length of the resting time from each person's first row on;
            over 0.
        resting: Rows of a file that shows one person at rest, instead of
            `seconds`; taken for everyone.

    Call arguments:
        rows: Rows with `time_s` not falling.

    Returns:
        The same rows, without `smoothed`.

    Raises:
        ValueError: If classes have no neutral one, `seconds` is not over 0,
            both or neither of `seconds` and `resting` are given, or `resting`
            shows nobody or several people.
    """

    def __init__(
        self,
        space: LabelSpace | None,
        seconds: float | None = None,
        resting: Iterable[Row] | None = None,
    ):
        if (seconds is None) == (resting is None):
            raise ValueError(
                "Expected either seconds or resting rows. Received: "
                f"seconds={seconds}, resting={resting!r}."
            )
        if seconds is not None and not seconds > 0:
            raise ValueError(
                f"Expected seconds over 0. Received: seconds={seconds}."
            )
        if space is not None and _NEUTRAL not in space.classes:
            raise ValueError(
                "Expected classes with a neutral one to return to. Received: "
                f"{', '.join(space.classes)}."
            )
        self._neutral = space.index(_NEUTRAL) if space else None
        self._seconds = seconds
        self._shared = None if resting is None else _average_rows(resting)

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        resting: dict[int, _Rest] = {}
        known: dict[int, _Rest | None] = {}
        for row in rows:
            if row.person is None:
                yield row
                continue
            if self._shared is not None:
                yield self._subtract(row, self._shared)
                continue
            rest = resting.setdefault(row.person, _Rest(row.time_s))
            if row.time_s - rest.first_s < self._seconds:
                if _answers(row):
                    rest.add(row)
                yield _withhold_answer(row)
                continue
            if row.person not in known:
                known[row.person] = rest.mean() if rest.rows else None
            rest = known[row.person]
            yield (
                _withhold_answer(row)
                if rest is None
                else self._subtract(row, rest)
            )

    def describe(self) -> dict:
        """Describes what was done, for the result's header."""
        what = "each person's first seconds"
        if self._shared is not None:
            what = f"the mean of {self._shared.rows} rows of a file, for all"
        return {"resting_face": what, "seconds": self._seconds}

    def _subtract(self, row, rest):
        changed = {
            name: float(np.clip(getattr(row, name) - value, -1, 1))
            for name, value in (
                ("valence", rest.valence),
                ("arousal", rest.arousal),
            )
        }
        if row.probabilities is not None:
            changed["probabilities"] = self._moved(
                row.probabilities, rest.probabilities
            )
        return row.changed(smoothed=None, **changed)

    def _moved(self, probabilities, rest):
        p = np.asarray(probabilities, np.float64)
        # Nothing is left to stretch of what is certain at rest.
        room = np.maximum(1 - rest, 1e-6)
        moved = np.maximum(p - rest, 0) / room
        moved[self._neutral] = 0
        total = moved.sum()
        if total > 1:
            moved /= total
        moved[self._neutral] = 1 - moved.sum()
        return moved.astype(np.asarray(probabilities).dtype)


def _answers(row):
    return row.probabilities is not None or not np.isnan(row.valence)


def _withhold_answer(row):
    return row.changed(
        probabilities=None,
        smoothed=None,
        valence=NAN,
        arousal=NAN,
        valence_source="",
        arousal_source="",
        doubt="; ".join(filter(None, (row.doubt, RESTING))),
    )


def _average_rows(rows):
    rest, people = _Rest(0.0), set()
    for row in rows:
        if row.person is not None and _answers(row):
            people.add(row.person)
            rest.add(row)
    if len(people) != 1:
        raise ValueError(
            "Expected a file that shows one person at rest. Found "
            f"{len(people) or 'no'} people with an answer. Choose another, or "
            "take the largest face."
        )
    return rest.mean()


def read_setting(text: str | float) -> float | str:
    """Reads what the user gave as baseline: seconds, or else a file.

    Raises:
        FileNotFoundError: If it is no number and no such file is there.
    """
    try:
        return float(text)
    except ValueError:
        if not os.path.exists(text):
            raise FileNotFoundError(
                "Expected seconds, or a video or picture of the resting face. "
                f"There is no {text}."
            ) from None
        return text
