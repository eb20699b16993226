import dataclasses

import numpy as np

from emoaff.prediction.row import Row

WAVERING = "wavering"  # why a row is named nothing that has no doubt by itself
_GAP = 2.5  # usual steps between rows; a longer one is a time without a face


@dataclasses.dataclass(frozen=True)
class Event:
    """A time over which a person kept one expression.

    Args:
        expression: Its name.
        start_s: Seconds at which it begins.
        end_s: Seconds at which it ends.
        mean: Mean of the smoothed probability over it, in `[0, 1]`.
        peak_s: Seconds of the largest smoothed probability.
        peak_row: Number of that row among the person's.
    """

    expression: str
    start_s: float
    end_s: float
    mean: float
    peak_s: float
    peak_row: int


class PersonRecord:
    """What a result says about one person, row by row.

    Args:
        person: Number of the person.
        classes: Names of the classes.

    Attributes:
        frames: int64 `(n,)`, 0-based.
        times: float64 `(n,)`, seconds.
        probabilities: float32 `(n, classes)`; NaN where there are none.
        smoothed: Index of the smoothed class, -1 where none is named or the
            row is in doubt.
        strength: Its smoothed probability; NaN where there is no such class.
        affect: float32 `(n, 2)`, valence and arousal; NaN where not given.
        doubts: A reason a row, or an empty string.
        wavers: bool `(n,)`, whether a row is clear by itself but not together
            with those around it, and so has no smoothed class.
        boxes: float32 `(n, 4)`, x, y, w, h in pixels.
        scores: float32 `(n,)`, of the detector; NaN for face crops.
    """

    def __init__(self, person: int, classes: tuple[str, ...]):
        self.person, self.classes = person, classes
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Adds the person's next row."""
        self._rows.append(row)

    def close(self) -> "PersonRecord":
        """Lays the rows out as arrays; to be called after the last one."""
        rows, count = self._rows, len(self.classes)
        missing = np.full(count, np.nan, np.float32)
        self.frames = np.int64([row.frame for row in rows])
        self.times = np.float64([row.time_s for row in rows])
        self.probabilities = np.float32(
            [
                missing if r.probabilities is None else r.probabilities
                for r in rows
            ]
        ).reshape(len(rows), count)
        self.smoothed = np.full(len(rows), -1)
        self.strength = np.full(len(rows), np.nan)
        for n, row in enumerate(rows):
            if row.smoothed is not None and not row.doubt:
                self.smoothed[n] = int(np.nanargmax(row.smoothed))
                self.strength[n] = float(np.nanmax(row.smoothed))
        self.wavers = np.array(
            [
                r.probabilities is not None
                and not r.doubt
                and r.smoothed is None
                for r in rows
            ]
        )
        self.affect = np.float32([(r.valence, r.arousal) for r in rows])
        self.doubts = [row.doubt for row in rows]
        self.boxes = np.float32([row.box for row in rows])
        self.scores = np.float32([row.face_score for row in rows])
        self._rows = []
        return self

    @property
    def step_s(self) -> float:
        """Usual seconds from one row to the next; 0 for a single row."""
        return (
            float(np.median(np.diff(self.times)))
            if len(self.times) > 1
            else 0.0
        )

    def durations(self) -> np.ndarray:
        """Seconds that each row stands for, float64 `(n,)`.

        Up to the person's next row, but no longer than the usual step where
        the face was away in between; the last row stands for the usual step.
        """
        step = self.step_s
        if len(self.times) < 2:
            return np.zeros(len(self.times))
        gaps = np.diff(self.times)
        gaps = np.where(gaps > _GAP * step, step, gaps)
        return np.append(gaps, step)

    def shares(self) -> dict[str, float]:
        """Share of the person's rows with each expression, smoothed.

        Returns:
            Class to share in `[0, 1]`, the largest first; under an empty name
            the share of rows in doubt or without a smoothed class, as in
            `PersonTally`.
        """
        found = {
            name: float(np.mean(self.smoothed == index))
            for index, name in enumerate(self.classes)
        }
        found = dict(sorted(found.items(), key=lambda pair: -pair[1]))
        found[""] = float(np.mean(self.smoothed < 0))
        return {name: share for name, share in found.items() if share}

    def rank_probabilities(self) -> dict[str, float]:
        """Returns what the first row says of each class; of a picture, all.

        Returns:
            Class to probability in `[0, 1]`, the largest first; empty where
            the row names no expression.
        """
        if self.smoothed[0] < 0:
            return {}
        named = zip(self.classes, self.probabilities[0].tolist(), strict=True)
        return dict(sorted(named, key=lambda pair: -pair[1]))

    def find_events(self, least_s: float = 0.5) -> list[Event]:
        """Finds expressions that were held, in the order of time.

        Args:
            least_s: Seconds that an expression must last. `neutral` is the
                absence of one, and no event.
        """
        return [
            span
            for span in self.find_spans()
            if span.expression != "neutral"
            and span.end_s - span.start_s >= least_s - 1e-9
        ]

    def find_spans(self) -> list[Event]:
        """Finds all times with one expression, however short, in order.

        Times in doubt and without a face are in none.
        """
        lasts, step, found, start = self.durations(), self.step_s, [], 0
        for n in range(1, len(self.times) + 1):
            goes_on = (
                n < len(self.times)
                and self.smoothed[n] == self.smoothed[start]
                and self.times[n] - self.times[n - 1] <= _GAP * step
            )
            if goes_on:
                continue
            if self.smoothed[start] >= 0:
                found.append(self._make_event(start, n, lasts))
            start = n
        return found

    def _make_event(self, start, end, lasts):
        """The rows from `start` up to `end`, which name the same class."""
        strength, weights = self.strength[start:end], lasts[start:end]
        peak = start + int(np.argmax(strength))
        return Event(
            self.classes[self.smoothed[start]],
            float(self.times[start]),
            float(self.times[end - 1] + lasts[end - 1]),
            float(np.average(strength, weights=weights))
            if weights.sum()
            else float(strength.mean()),
            float(self.times[peak]),
            peak,
        )

    def find_absences(self) -> list[tuple[float, float]]:
        """Finds the seconds between rows in which the face was away."""
        gaps = np.flatnonzero(np.diff(self.times) > _GAP * self.step_s)
        step = self.step_s
        return [
            (float(self.times[n] + step), float(self.times[n + 1]))
            for n in gaps
        ]

    def find_doubts(self) -> list[tuple[float, float, str]]:
        """Finds the seconds in which a row names no expression, and why."""
        lasts, found = self.durations(), []
        for n, doubt in enumerate(self.doubts):
            end_s = float(self.times[n] + lasts[n])
            start_s = float(self.times[n])
            joins = (
                found
                and found[-1][2] == doubt
                and start_s - found[-1][1] <= self.step_s / 2
            )
            if joins:
                found[-1] = (found[-1][0], end_s, doubt)
            elif doubt:
                found.append((start_s, end_s, doubt))
        return found

    def choose_portrait(self) -> int:
        """Chooses the row that shows the person best.

        The largest face with the surest detection, of the rows without doubt
        if there are any.
        """
        scores = np.nan_to_num(self.scores, nan=1.0)
        merit = self.boxes[:, 2] * self.boxes[:, 3] * scores
        clear = np.array([not doubt for doubt in self.doubts])
        return int(np.argmax(np.where(clear | ~clear.any(), merit, -1)))

    def bin_values(self, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Averages probabilities, and valence and arousal, within bins.

        Args:
            starts: float64 `(bins,)`, seconds, rising: where each bin begins.
                A row belongs to the latest that has begun.

        Returns:
            float64 `(bins, classes)` and `(bins, 2)`; NaN where a bin has no
            value.
        """
        place = np.searchsorted(starts, self.times, side="right") - 1
        return (
            _average(self.probabilities, place, len(starts)),
            _average(self.affect, place, len(starts)),
        )


def _average(values, place, bins):
    known = np.isfinite(values)
    total = np.zeros((bins, values.shape[1]))
    count = np.zeros_like(total)
    np.add.at(total, place, np.where(known, values, 0.0))
    np.add.at(count, place, known)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / count, np.nan)
