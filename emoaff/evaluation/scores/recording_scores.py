"""Tables of scores over a set, its recordings and its groups."""

import abc
from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.scores.bootstrap import Bootstrap
from emoaff.evaluation.scores.measured import Measured
from emoaff.evaluation.scores.score_row import ScoreRow
from emoaff.evaluation.scores.score_table import ScoreTable

# Numbers that one merge of recordings may hold at once: about 100 MB.
_AT_ONCE = 4_000_000


class RecordingScores(abc.ABC):
    """Base of scores that follow from sums over recordings.

    A subclass keeps sums per recording and measures any selection of
    recordings from them, so that thousands of draws cost no pass over frames.

    Args:
        recording: int `(n,)`, the recording of each frame, from 0.
        recordings: Number of recordings, or `None` for the highest number in
            `recording` plus 1. Recordings without a frame count as undefined.

    Raises:
        ValueError: If `recording` is no vector of such numbers.
    """

    # The measures worth a row per recording, and the numbers per recording.
    recording_measures: tuple[str, ...] = ()
    width = 1

    def __init__(self, recording: np.ndarray, recordings: int | None = None):
        recording = np.asarray(recording)
        whole = np.issubdtype(recording.dtype, np.integer)
        if recording.ndim != 1 or (recording.size and not whole):
            raise ValueError(
                "Expected `recording` to be one integer per frame. Received: "
                f"shape={recording.shape}, dtype={recording.dtype}."
            )
        least = int(recording.max(initial=-1)) + 1
        self.recording = recording.astype(np.int64)
        self.recordings = least if recordings is None else recordings
        if recording.min(initial=0) < 0 or self.recordings < least:
            raise ValueError(
                f"Expected recordings from 0 to {self.recordings - 1}. "
                f"Received: {recording.min()} to {recording.max()}."
            )

    @abc.abstractmethod
    def measured(
        self, times: np.ndarray, members: np.ndarray
    ) -> list[Measured]:
        """Measures sets of recordings.

        Args:
            times: int `(sets, k)`, how often each member is in each set.
            members: int `(k,)`, the recordings that the columns stand for.

        Returns:
            The measures, always the same ones in the same order.
        """

    def measured_once(self, members: np.ndarray) -> list[Measured]:
        """Measures a set of recordings by what cannot be resampled."""
        return []

    def coverage(self) -> dict:
        """Counts frames, as facts of a table."""
        return {}

    def table(
        self,
        bootstrap: Bootstrap | None = None,
        subject: Sequence[str] | None = None,
        facts: dict | None = None,
    ) -> ScoreTable:
        """Returns the scores over all frames of the set.

        Args:
            bootstrap: How to compute the intervals; `None` is `Bootstrap()`.
            subject: The subject of each recording, `(recordings,)`, to draw
                whole subjects for the intervals, or `None` to draw
                recordings.
            facts: What else to say in the table.

        Returns:
            The table.
        """
        everything = np.arange(self.recordings)
        rows = self._make_part_rows(everything, "", bootstrap, subject)
        return ScoreTable(
            tuple(rows), self._facts(facts, bootstrap or Bootstrap(), subject)
        )

    def by_group(
        self,
        group: Sequence[str],
        bootstrap: Bootstrap | None = None,
        subject: Sequence[str] | None = None,
        facts: dict | None = None,
    ) -> ScoreTable:
        """Returns the scores over the recordings of each group.

        Args:
            group: The group of each recording, `(recordings,)`, such as the
                subject's age.
            bootstrap: See `table`; drawn within the group.
            subject: See `table`.
            facts: See `table`.

        Returns:
            The table, groups in alphabetical order.
        """
        group = self._score_recordings(group, "group")
        rows = []
        for name in np.unique(group):
            members = np.flatnonzero(group == name)
            rows += self._make_part_rows(members, str(name), bootstrap, subject)
        return ScoreTable(
            tuple(rows), self._facts(facts, bootstrap or Bootstrap(), subject)
        )

    def by_recording(
        self,
        names: Sequence[str] | None = None,
        measures: Sequence[str] | None = None,
        facts: dict | None = None,
    ) -> ScoreTable:
        """Returns the scores of each recording, without intervals.

        Args:
            names: The name of each recording, `(recordings,)`; `None` for
                their numbers.
            measures: The measures to give; `None` for `recording_measures`.
            facts: See `table`.

        Returns:
            The table, recordings in their order.
        """
        if names is None:
            names = range(self.recordings)
        names = self._score_recordings(names, "names")
        wanted = self.recording_measures if measures is None else measures
        rows = []
        for number, name in enumerate(names):
            once = np.ones((1, 1), np.int64)
            rows += [
                _row(measured, str(name))
                for measured in self.measured(once, np.array([number]))
                if measured.measure in wanted
            ]
        return ScoreTable(tuple(rows), {**(facts or {}), **self.coverage()})

    def _make_part_rows(self, members, part, bootstrap, subject):
        bootstrap = bootstrap or Bootstrap()
        if subject is not None:
            subject = self._score_recordings(subject, "subject")[members]
        points = self.measured(np.ones((1, len(members)), np.int64), members)
        draws = self._drawn(bootstrap.times(len(members), subject), members)
        rows = [
            _row(point, part, bootstrap.interval(values))
            for point, values in zip(points, draws, strict=True)
        ]
        return rows + [_row(m, part) for m in self.measured_once(members)]

    def _drawn(self, times, members):
        size = max(1, _AT_ONCE // max(1, len(members) * self.width))
        pieces = [
            self.measured(times[start : start + size], members)
            for start in range(0, max(1, len(times)), size)
        ]
        return [
            np.concatenate([piece.values for piece in same])
            for same in zip(*pieces, strict=True)
        ]

    def _score_recordings(self, values, name):
        values = np.asarray(values)
        if values.shape != (self.recordings,):
            raise ValueError(
                f"Expected `{name}` to have one value for each of the "
                f"{self.recordings} recordings. Received: "
                f"{name}.shape={values.shape}."
            )
        return values

    def _facts(self, facts, bootstrap, subject):
        unit, count = "recordings", self.recordings
        if subject is not None:
            unit, count = "subjects", len(np.unique(np.asarray(subject)))
        return {
            **(facts or {}),
            "recordings": self.recordings,
            **self.coverage(),
            "interval": bootstrap.describe(unit, count),
        }


def _row(measured, part, interval=(float("nan"), float("nan"), 0)):
    low, high, undefined = interval
    left_out = 0
    if measured.left_out is not None:
        left_out = int(measured.left_out[0])
    return ScoreRow(
        measured.measure,
        measured.of,
        float(measured.values[0]),
        low,
        high,
        int(measured.n[0]),
        left_out,
        undefined,
        part,
    )
